import assert from "node:assert/strict";
import { test } from "node:test";
import { controlPlaceOf } from "./control-place.ts";

test("given a data folder with a short path, when it is served, then the socket is in it", () => {
  const folder = "/var/lib/drover";
  assert.deepEqual(controlPlaceOf(folder), { folder, path: "/var/lib/drover/control.sock" });
});

test("given paths that are too long for a socket, when they are served, then each has a short place of its own, always the same", () => {
  const long = `/srv/${"x".repeat(200)}`;
  const place = controlPlaceOf(long);
  assert.ok(Buffer.byteLength(place.path) <= 100);
  assert.equal(place.path, `${place.folder}/control.sock`);
  assert.deepEqual(controlPlaceOf(long), place);
  assert.notEqual(controlPlaceOf(`${long}y`).path, place.path);
});

test("given a path of characters with several bytes, when it is measured, then bytes count", () => {
  const folder = `/${"ü".repeat(50)}`;
  assert.notEqual(controlPlaceOf(folder).folder, folder);
});
