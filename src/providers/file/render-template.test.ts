import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../base/json.ts";
import { renderTemplate } from "./render-template.ts";

function render(template: string, vars: JsonObject = {}, isSecret = false) {
  return renderTemplate({
    template,
    data: { vars, facts: { cpuCount: 4 }, host: { name: "web-1" } },
    name: "t",
    isSecret,
  });
}

async function failing(template: string, vars: JsonObject = {}) {
  const rendered = await render(template, vars);
  assert.ok(!rendered.ok, rendered.ok ? rendered.value : "");
  return rendered.error;
}

test("given facts, vars and host, when a template uses them, then they are written", async () => {
  const template = "{{ host.name }} {{ facts.cpuCount | times: 2 }} {% for p in vars.ports %}[{{ p }}]{% endfor %}";
  assert.deepEqual(await render(template, { ports: [80, 443] }), { ok: true, value: "web-1 8 [80][443]" });
});

test("given values that look like template text, when they are written, then they are not read again", async () => {
  assert.deepEqual(await render("{{ vars.a }}", { a: "{{ vars.a }}{% raw %}" }), {
    ok: true,
    value: "{{ vars.a }}{% raw %}",
  });
});

test("given an undefined variable, when a template is rendered, then the error has line and column", async () => {
  const error = await failing("first\n  {{ vars.nope }}\n");
  assert.equal(error.code, "DRV_TEMPLATE_UNDEFINED");
  assert.deepEqual(error.at, { file: "t", line: 2, column: 6 });
  assert.equal(error.message, 'Cannot render template "t": undefined variable: vars.nope');
});

test("given an undefined variable behind if or default, when a template is rendered, then that is fine", async () => {
  assert.deepEqual(await render('{% if vars.nope %}x{% endif %}{{ vars.nope | default: "d" }}'), {
    ok: true,
    value: "d",
  });
});

test("given names of prototypes, when a template asks for them, then they are undefined", async () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assert.equal((await failing(`{{ vars.${name} }}`)).code, "DRV_TEMPLATE_UNDEFINED", name);
  }
});

test("given wrong syntax, unknown tags or filters, when a template is parsed, then that is a syntax error", async () => {
  for (const template of ["{% if %}", "{% bogus %}", "{{ vars.a | bogus }}", "{{ unclosed", "{% for x in y %}"]) {
    const error = await failing(template, { a: 1 });
    assert.equal(error.code, "DRV_TEMPLATE_SYNTAX", template);
    assert.equal(error.at?.line, 1, template);
  }
});

test("given an include, when a template is rendered, then no file is read", async () => {
  for (const template of ["{% include '/etc/passwd' %}", "{% render '../../etc/passwd' %}", "{% layout 'x' %}"]) {
    const error = await failing(template);
    assert.ok(error.code.startsWith("DRV_TEMPLATE_"), template);
    assert.doesNotMatch(error.message, /root:/);
  }
});

test("given a list or object written as it is, when a template is rendered, then that is an error", async () => {
  assert.equal((await failing("{{ vars.list }}", { list: [1, 2] })).code, "DRV_TEMPLATE_VALUE");
  assert.equal((await failing("{{ vars.map }}", { map: { a: 1 } })).code, "DRV_TEMPLATE_VALUE");
  assert.deepEqual(await render('{{ vars.list | join: "," }} {{ vars.map | json }}', { list: [1, 2], map: { a: 1 } }), {
    ok: true,
    value: '1,2 {"a":1}',
  });
});

test("given loops without end in sight, when a template is rendered, then it is stopped", async () => {
  const loops = [
    "{% for i in (1..1000000000) %}{% endfor %}",
    "{% for a in (1..9999) %}{% for b in (1..9999) %}{% for c in (1..9999) %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in (1..9999) %}{% for b in (1..9999) %}{{ vars.big }}{% endfor %}{% endfor %}",
    "{% assign a = vars.big %}" + "{% assign a = a | append: a %}".repeat(30) + "{{ a }}",
  ];
  for (const template of loops) {
    assert.equal((await failing(template, { big: "x".repeat(100_000) })).code, "DRV_TEMPLATE_LIMIT", template);
  }
});

test("given a secret template, when it fails, then neither values nor text of it are told", async () => {
  const rendered = await render("{{ 'hunter2' | bogus: 'hunter2' }}", {}, true);
  assert.ok(!rendered.ok);
  assert.doesNotMatch(JSON.stringify(rendered.error), /hunter2/);
});

test("given dates, when a template formats them, then they are in UTC", async () => {
  assert.deepEqual(await render('{{ 0 | date: "%Y-%m-%d %H:%M %z" }}'), { ok: true, value: "1970-01-01 00:00 +0000" });
});
