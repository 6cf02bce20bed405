import assert from "node:assert/strict";
import { test } from "node:test";
import { TemplateDefinition } from "../definition/template-definition.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { compilePlan } from "./compile.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { skeletonOf } from "./template-skeleton.ts";

test("given templates that differ only in the text around expressions, when asked, then their skeletons are equal", () => {
  assert.equal(skeletonOf("/srv/${params.a}/1"), skeletonOf("/x/${params.a}y"));
  assert.equal(skeletonOf("${params.a}"), "${params.a}");
  const different = ["${params.a}", "x${params.a}", "${params.a}x", "x${params.a}x", "x${params.b}x", "${ params.a }"];
  assert.equal(new Set(different.map(skeletonOf)).size, different.length);
});

test("given a text whose expressions end where it is not seen at once, when asked, then it has no skeleton", () => {
  for (const text of ["$${x}${y}", '${"}"}', "${'a'}", "${ {a: 1}.a }", "${params.a", "${a\\n}"]) {
    assert.equal(skeletonOf(text), undefined, text);
  }
});

function planOf(contents: readonly unknown[]) {
  const tasks = contents.map((content, index) => ({
    name: `task${index}`,
    target: "_any",
    body: {
      kind: "operation" as const,
      operation: "file.deploy",
      params: new TemplateDefinition({ path: "/a", content }),
    },
  }));
  const params = { a: { type: "string" as const }, n: { type: "integer" as const } };
  return compilePlan({ name: "p", params, tasks }, { catalog: builtinOperations() });
}

test("given tasks with equal skeletons, when compiled together, then each means what it means alone", () => {
  const contents = ["1 ${params.a}", "22 ${params.a}", "${params.n} x", "${params.n} y"];
  const together = planOf(contents);
  assert.ok(together.ok);
  const bodies = together.value.tasks.map(({ body }) => body);
  for (const [index, content] of contents.entries()) {
    const alone = planOf([content]);
    assert.ok(alone.ok);
    const same = {
      ...alone.value,
      tasks: alone.value.tasks.map((task) => ({ ...task, body: bodies[index] ?? task.body })),
    };
    assert.equal(fingerprintOf(same), alone.value.fingerprint(), content);
  }
});

test("given a wrong template with the skeleton of another wrong one, when compiled, then both are reported", () => {
  const compiled = planOf(["1 ${params.b}", "2 ${params.b}"]);
  assert.deepEqual(compiled.ok ? [] : compiled.error.map(({ code, at }) => [code, at?.path]), [
    ["DRV_EXPRESSION_MEMBER_UNKNOWN", "tasks.task0.params.content"],
    ["DRV_EXPRESSION_MEMBER_UNKNOWN", "tasks.task1.params.content"],
  ]);
});
