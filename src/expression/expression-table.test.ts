import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../base/json.ts";
import { evaluateText, tryCheckText, tryEvaluateText } from "./test-kit/evaluate-text.ts";

type Row = readonly [expression: string, result: JsonValue];

const VALUES: { readonly [about: string]: readonly Row[] } = {
  literals: [
    ["null", null],
    ["true", true],
    ["0", 0],
    ["42", 42],
    ["1.50", 1.5],
    ["1e3", 1000],
    ["2.5E-1", 0.25],
    ["9007199254740991", 9_007_199_254_740_991],
    ['"a"', "a"],
    [String.raw`"tab\t\"q\" \u00e9 \u{1f600} \$ \/ \\"`, 'tab\t"q" é 😀 $ / \\'],
    ["[]", []],
    ["[1, 'a', null, [true],]", [1, "a", null, [true]]],
    ["{}", {}],
    ["{a: 1, 'b c': 2, true: 3,}", { a: 1, "b c": 2, true: 3 }],
    ["{(params.version): 1}", { "1.24": 1 }],
  ],
  arithmetic: [
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 3 - 2", 5],
    ["7 / 2", 3.5],
    ["6 / 3", 2],
    ["7 % 3", 1],
    ["-7 % 3", -1],
    ["7.5 % 2", 1.5],
    ["-3 * -2", 6],
    ["--3", 3],
    ["0.1 + 0.2", 0.1 + 0.2],
    ["-0", 0],
    ["0 * -1", 0],
    ["9007199254740990 + 1", 9_007_199_254_740_991],
    ["params.replicas * 2 + 1", 5],
    ["params.ratio * params.replicas", 1],
    ['"a" + "b" + "c"', "abc"],
    ["[1] + [2, 3]", [1, 2, 3]],
    ["params.tags + ['x']", ["web", "eu", "x"]],
  ],
  comparison: [
    ["1 == 1.0", true],
    ["1 != 2", true],
    ["1 < 2", true],
    ["2 <= 2", true],
    ["3 > 4", false],
    ["4 >= 4", true],
    ['"a" < "b"', true],
    ['"B" < "a"', true],
    ["[1, 2] == [1, 2]", true],
    ["[1, 2] == [2, 1]", false],
    ["{a: 1, b: 2} == {b: 2, a: 1}", true],
    ["{a: 1} == {a: 1, b: 2}", false],
    ["params.note == null", true],
    ["null != params.note", false],
    ['params.env == "prod"', true],
    ['facts.os.family == "debian"', true],
    ["facts.cpuCount == 4", true],
    ['facts.cpuCount == "4"', false],
    ['params.version < "1.3"', true],
    ["1 < 2 && 2 < 3", true],
    ["1 < 2 == true", true],
  ],
  logic: [
    ["true && false", false],
    ["true || false", true],
    ["!true", false],
    ["!!params.enabled", true],
    ["!params.enabled || params.replicas > 1", true],
    ["false && 1 / (params.replicas - 2) > 0", false],
    ["true || 1 / (params.replicas - 2) > 0", true],
    ["params.enabled ? 1 : 2", 1],
    ["params.enabled ? 'a' : 1 / (params.replicas - 2)", "a"],
    ["false ? 1 : true ? 2 : 3", 2],
    ["(params.replicas > 1 ? 'many' : 'one') + '!'", "many!"],
    ["true || true && false", true],
  ],
  missing: [
    ["params.nickname", null],
    ['params.nickname ?? "none"', "none"],
    ["params.note ?? params.nickname ?? 'none'", "none"],
    ["params.replicas + 0 ?? 9", 2],
    ["params.nickname == null", true],
    ["(params.nickname ?? '').length", 0],
    ["params.labels.zone ?? 'b'", "a"],
    ["params.labels.rack ?? 'b'", "b"],
    ["params.labels['rack'] ?? 'b'", "b"],
    ["params.ports[9] ?? 1", 1],
    ["facts.a.b.c.d ?? 'deep'", "deep"],
    ["facts.cpuCount.x ?? 'not a map'", "not a map"],
    ["facts.load[7].x ?? 'none'", "none"],
    ["int(facts.none ?? 0) > 3", false],
    ["int(facts.cpuCount ?? 0) > 3", true],
    ["has(params.nickname)", false],
    ["has(params.labels.role)", true],
    ["has(params.labels.rack)", false],
    ["has(facts.os.family)", true],
    ["has(facts.os.none.deeper)", false],
    ["has(params.ports[1])", true],
    ["has(params.ports[2])", false],
    ["default(params.labels.rack, 'x')", "x"],
    ["first([x for x in params.ports if x > 99]) ?? 0", 443],
  ],
  members: [
    ["params.version", "1.24"],
    ['params["version"]', "1.24"],
    ['tasks["create-user"].changed', true],
    ["tasks.install.data.size / 1024", 4],
    ["tasks.install.data.detail.arch", "x64"],
    ["params.ports[0]", 80],
    ["params.ports[params.ports.length - 1]", 443],
    ["params.labels.role", "web"],
    ["params.labels[params.tags[0] == 'web' ? 'role' : 'zone']", "web"],
    ['tasks.restart.hosts["web-1"].uptime', 10],
    ["tasks.restart.hosts[host.name].changed", true],
    ["params.tags.length", 2],
    ["params.labels.length", 2],
    ['"añ😀".length', 3],
    ["{a: {b: 5}}.a.b", 5],
    ["[1, 2, 3][1]", 2],
    ["[[1, 2], [3]][0][1]", 2],
    ["{length: 7}.length", 7],
    ["[{in: 1, for: 2, if: 3}][0].for", 2],
    ["params.users[1].name", "bob"],
  ],
  membership: [
    ['"web" in params.tags', true],
    ["80 in params.ports", true],
    ["1 in []", false],
    ['"role" in params.labels', true],
    ['"constructor" in params.labels', false],
    ['"__proto__" in params.labels', false],
    ["[1] in [[1], [2]]", true],
    ["!('x' in params.tags)", true],
  ],
  comprehensions: [
    ["[x * 2 for x in params.ports]", [160, 886]],
    ["[x for x in params.ports if x > 100]", [443]],
    ["[u.name for u in params.users]", ["ann", "bob"]],
    ["[string(i) + t for i, t in params.tags]", ["0web", "1eu"]],
    ["[k + '=' + v for k, v in params.labels]", ["role=web", "zone=a"]],
    ["{t: t.length for t in params.tags}", { web: 3, eu: 2 }],
    ["{(upper(k)): v for k, v in params.labels}", { ROLE: "web", ZONE: "a" }],
    ["{'same': x for x in [1, 2]}", { same: 2 }],
    [
      "[[x + y for y in [1, 2]] for x in [10, 20]]",
      [
        [11, 12],
        [21, 22],
      ],
    ],
    ["[x for x in [x + 1 for x in [1]]]", [2]],
    ["[params for params in [1]]", [1]],
    ["any([r.changed for h, r in tasks.restart.hosts])", true],
    ["all([r.changed for h, r in tasks.restart.hosts])", false],
    ["count([r.uptime > 5 for h, r in tasks.restart.hosts])", 2],
    ["[h for h, r in tasks.restart.hosts if r.changed]", ["web-1"]],
    ["max([r.uptime for h, r in tasks.restart.hosts])", 20],
    ["any({a: true})", true],
    ["(first(tasks.restart.hosts) ?? {uptime: 0, changed: false}).uptime", 10],
    ["sum([x for x in range(5)])", 10],
    ["[x for x in list(facts.load)].length", 2],
  ],
  functions: [
    ['split("a-b", "-")[1]', "b"],
    ['join(sort(params.tags), ",")', "eu,web"],
    ['upper("straße")', "STRASSE"],
    ['substring("a😀b", 1, 1)', "😀"],
    ['split("a😀", "")', ["a", "😀"]],
    ['padStart("abc", 2)', "abc"],
    ['padStart("é", 3, "ab")', "abé"],
    ['replace("aaa", "aa", "b")', "ba"],
    ['matches("anything", "")', true],
    ['matches("foo.conf", "^foo[.]conf$")', true],
    ['matches("a\\nb", "a.b")', false],
    ['matches("aaa", "^a{2,3}$")', true],
    ['matches("aaaa", "^a{2,3}$")', false],
    ['matches("abab", "^(?:ab)+$")', true],
    ['matches("x-9", "^[a-z]-\\\\d$")', true],
    ['matches("é😀", "^.[^a]$")', true],
    ["unique([[1], [1], [2]])", [[1], [2]]],
    ["flatten([params.ports, [1]])", [80, 443, 1]],
    ["string(1e21)", "1e+21"],
    ["int(' 7 ')", 7],
    ["int(-0.0)", 0],
    ["number('1e2')", 100],
    ["json(params.labels)", '{"role":"web","zone":"a"}'],
    ["json('a\"b')", '"a\\"b"'],
    ["parseJson('{\"__proto__\": {\"x\": 1}}').x ?? 'own only'", "own only"],
    ["keys(params.labels)", ["role", "zone"]],
    ["bool(facts.isContainer)", false],
    ["div(9007199254740991, 2)", 4_503_599_627_370_495],
    ["min([]) == null", true],
    ["min(params.ports) ?? 0", 80],
    ["slice(params.tags, 1)", ["eu"]],
    ["reverse(params.tags)", ["eu", "web"]],
    ["merge(params.labels, {zone: 'b'}).zone", "b"],
    ["values({b: 2, a: 1})", [1, 2]],
  ],
};

test("given expressions that are right, when evaluated, then each gives its value", () => {
  const rows = Object.values(VALUES).flat();
  assert.ok(rows.length >= 150, String(rows.length));
  for (const [expression, wanted] of rows) assert.deepEqual(evaluateText(expression), wanted, expression);
});

const TEMPLATES: readonly Row[] = [
  ["plain", "plain"],
  ["", ""],
  ["${params.replicas}", 2],
  ["${ params.tags }", ["web", "eu"]],
  ["${params.nickname}", null],
  ["v${params.version}!", "v1.24!"],
  ["${params.replicas}${params.ratio}", "20.5"],
  ["${params.enabled}/${1 + 1}", "true/2"],
  ["$${params.version}", "${params.version}"],
  ["$$${params.version}", "$${params.version}"],
  ["cost: $5 ${'}'} $", "cost: $5 } $"],
  ["${{a: 1}}", { a: 1 }],
  ["a ${{a: '}'}.a} b", "a } b"],
  ["${facts.os.family}\n", "debian\n"],
  ["line one\nline ${params.replicas}\n", "line one\nline 2\n"],
  ["é${params.version}", "é1.24"],
];

test("given templates, when evaluated, then one expression alone keeps its type and text takes the rest", () => {
  for (const [text, wanted] of TEMPLATES) assert.deepEqual(evaluateText(text, { isTemplate: true }), wanted, text);
});

test("given a value that looks like an expression, when evaluated, then it stays what it is", () => {
  assert.equal(evaluateText("${'$' + '{params.version}'} x", { isTemplate: true }), "${params.version} x");
});

type Wrong = readonly [text: string, code: string, part: string, hint?: RegExp];

const WRONG: readonly Wrong[] = [
  ["", "SYNTAX", ""],
  ["1 +", "SYNTAX", ""],
  ["1 2", "SYNTAX", "2"],
  ["a = 1", "SYNTAX", "=", /==/],
  ["a === 1", "SYNTAX", "===", /==/],
  ["params.enabled and true", "SYNTAX", "and", /&&/],
  ["params.enabled OR true", "SYNTAX", "OR", /\|\|/],
  ["not params.enabled", "SYNTAX", "params", /!/],
  ["1 < 2 < 3", "SYNTAX", "<", /&&/],
  ["params.", "SYNTAX", ""],
  ["params.'x'", "SYNTAX", "'x'", /brackets/],
  ["'a' | upper", "SYNTAX", "|", /\|\|/],
  ["“a”", "SYNTAX", "“", /straight/],
  ["params.version.upper()", "SYNTAX", "(", /upper\(value\)/],
  ["x => x", "SYNTAX", "="],
  ["1 ? 2", "SYNTAX", ""],
  ["for", "SYNTAX", "for"],
  ['"\\q"', "SYNTAX", "\\q", /backslash/],
  ["[x for in y]", "SYNTAX", "in"],
  ['"never ends', "UNCLOSED", '"', /closing/],
  ["(1 + 2", "UNCLOSED", "(", /\)/],
  ["[1, 2", "UNCLOSED", "["],
  ["upper('a'", "UNCLOSED", "("],
  ['"a ${params.version}"', "NESTED", "${", /\+/],
  ["1 + ${params.replicas}", "NESTED", "${", /without/],
  ["9007199254740992", "NUMBER", "9007199254740992", /text/],
  ["0644", "NUMBER", "0644", /"0644"/],
  ["12abc", "NUMBER", "12abc"],
  ["1e999", "NUMBER", "1e999"],
  ["parms.version", "NAME_UNKNOWN", "parms", /"params"/],
  ["version", "NAME_UNKNOWN", "version", /"params.version"/],
  ["tasks.create-user.changed", "NAME_UNKNOWN", "create-user", /tasks\["create-user"\]/],
  ["constructor", "NAME_UNKNOWN", "constructor"],
  ["__proto__", "NAME_UNKNOWN", "__proto__"],
  ["params.verson", "MEMBER_UNKNOWN", "verson", /"version"/],
  ["params.constructor", "MEMBER_UNKNOWN", "constructor"],
  ['params["__proto__"]', "MEMBER_UNKNOWN", '"__proto__"'],
  ["tasks.instal.changed", "MEMBER_UNKNOWN", "instal", /"install"/],
  ["tasks.install.data.verion ?? ''", "MEMBER_UNKNOWN", "verion", /"version"/],
  ["uppper('a')", "FUNCTION_UNKNOWN", "uppper", /"upper"/],
  ["now()", "FUNCTION_UNKNOWN", "now", /clock/],
  ["constructor()", "FUNCTION_UNKNOWN", "constructor"],
  ["len(params.tags)", "FUNCTION_UNKNOWN", "len", /length/],
  ["upper()", "ARGUMENTS", "upper()", /upper\(text\)/],
  ["split('a')", "ARGUMENTS", "split('a')", /separator/],
  ["has()", "ARGUMENTS", "has()"],
  ["1 + 'a'", "TYPE", "1", /string\(x\)/],
  ["'a' + 1", "TYPE", "+ 1", /string\(x\)/],
  ["params.enabled + 1", "TYPE", "params.enabled"],
  ["1 && true", "TYPE", "1", /x > 0/],
  ["params.nickname || 'x'", "TYPE", "params.nickname", /\?\?/],
  ["!params.version", "TYPE", "params.version"],
  ["-params.version", "TYPE", "params.version", /number\(x\)/],
  ["params.version == 1", "TYPE", "params.version == 1"],
  ["params.env == 'prd'", "TYPE", "params.env == 'prd'", /"prod"/],
  ["params.tags == 'web'", "TYPE", "params.tags == 'web'"],
  ["1 < 'a'", "TYPE", "1 < 'a'"],
  ["[1] < [2]", "TYPE", "[1] < [2]"],
  ["facts.cpuCount + 1", "TYPE", "facts.cpuCount", /number\(x\)/],
  ["facts.cpuCount > 2", "TYPE", "facts.cpuCount > 2", /number\(x\)/],
  ["params.note + 'a'", "TYPE", "params.note", /\?\?/],
  ["params.note.length", "TYPE", "params.note", /\?\?/],
  ["1 in params.tags", "TYPE", "1"],
  ["'a' in params.version", "TYPE", "params.version", /contains/],
  ["params.tags.name", "TYPE", "name", /\[x\.name for x in list\]/],
  ["params.version[0]", "TYPE", "0", /substring/],
  ["params.ports['a']", "TYPE", "'a'"],
  ["params.labels[0]", "TYPE", "0"],
  ["tasks.restart.hosts.changed", "TYPE", "changed", /any\(/],
  ["[x for x in params.version]", "TYPE", "params.version"],
  ["[x for x in params.labels]", "TYPE", "x", /two names/],
  ["params.replicas ?? 'a'", "TYPE", "'a'"],
  ["upper(1)", "TYPE", "1", /string\(x\)/],
  ["join(params.ports, ',')", "TYPE", "params.ports", /string\(x\)/],
  ["all(params.tags)", "TYPE", "params.tags"],
  ["string(params.tags)", "TYPE", "params.tags", /json/],
  ["string(params.note)", "TYPE", "params.note", /\?\?/],
  ["{a: 1, a: 2}", "TYPE", "a"],
  ["{(1): 2}", "TYPE", "(1)", /string\(x\)/],
  ["params.replicas ? 1 : 2", "CONDITION", "params.replicas", /x > 0/],
  ["[x for x in params.ports if x]", "CONDITION", "x"],
  ["matches('a', '(')", "PATTERN", "'('"],
  ["matches('a', '(?=b)')", "PATTERN", "'(?=b)'"],
  ["matches('a', '\\\\1')", "PATTERN", "'\\\\1'"],
  ["matches('a', params.version)", "PATTERN", "params.version"],
  ["matches('a', '(a{1000}){1000}')", "PATTERN", "'(a{1000}){1000}'"],
  ["1 / 0", "DIVIDE_BY_ZERO", "0"],
  ["1 % 0", "DIVIDE_BY_ZERO", "0"],
];

test("given expressions that are wrong, when read and checked, then each problem names its part and a way out", () => {
  for (const [text, code, part, hint] of WRONG) {
    const checked = tryCheckText(text);
    const problem = checked.ok ? undefined : checked.error.find(({ severity }) => severity === "error");
    assert.equal(problem?.code, `DRV_EXPRESSION_${code}`, text);
    const { offset, length } = problem?.span ?? { offset: 0, length: 0 };
    assert.equal(text.slice(offset, offset + length), part, text);
    if (hint !== undefined) assert.match(problem?.hint ?? "", hint, text);
  }
});

const WRONG_TEMPLATES: readonly Wrong[] = [
  ["a ${params.version", "UNCLOSED", "${", /\$\$\{/],
  ["${", "UNCLOSED", "${"],
  ["${}", "SYNTAX", "}"],
  ["${a ${params.version}}", "NESTED", "${"],
  ["x ${params.tags}", "TYPE", "${params.tags}", /json/],
  ["x ${params.nickname}", "TYPE", "${params.nickname}", /\?\?/],
  ["${'never ends}", "UNCLOSED", "'"],
  ["ok ${params.version} ${params.verson}", "MEMBER_UNKNOWN", "verson", /"version"/],
];

test("given templates that are wrong, when read and checked, then spans count from the start of the text", () => {
  for (const [text, code, part, hint] of WRONG_TEMPLATES) {
    const checked = tryCheckText(text, { isTemplate: true });
    const problem = checked.ok ? undefined : checked.error[0];
    assert.equal(problem?.code, `DRV_EXPRESSION_${code}`, text);
    const { offset, length } = problem?.span ?? { offset: 0, length: 0 };
    assert.equal(text.slice(offset, offset + length), part, text);
    if (hint !== undefined) assert.match(problem?.hint ?? "", hint, text);
  }
});

const FAILING: readonly (readonly [text: string, code: string, part: string])[] = [
  ["1 / (params.replicas - 2)", "DIVIDE_BY_ZERO", "1 / (params.replicas - 2)"],
  ["div(1, params.replicas - 2)", "DIVIDE_BY_ZERO", "div(1, params.replicas - 2)"],
  ["9007199254740991 + params.replicas", "OVERFLOW", "9007199254740991 + params.replicas"],
  ["-9007199254740991 - params.replicas", "OVERFLOW", "-9007199254740991 - params.replicas"],
  ["94906267 * 94906267", "OVERFLOW", "94906267 * 94906267"],
  ["1e308 * 10.5", "OVERFLOW", "1e308 * 10.5"],
  ["floor(1e20)", "OVERFLOW", "floor(1e20)"],
  ["sum([9007199254740991, 1])", "OVERFLOW", "sum([9007199254740991, 1])"],
  ["params.ports[2]", "INDEX_RANGE", "params.ports[2]"],
  ["params.ports[-1]", "INDEX_RANGE", "params.ports[-1]"],
  ["substring('a', -1)", "INDEX_RANGE", "substring('a', -1)"],
  ["params.labels.rack", "MISSING", "params.labels.rack"],
  ["params.labels.constructor", "MISSING", "params.labels.constructor"],
  ["facts.__proto__", "MISSING", "facts.__proto__"],
  ["facts.toString", "MISSING", "facts.toString"],
  ["facts['constructor']", "MISSING", "facts['constructor']"],
  ["facts.cpuCount.x", "MISSING", "facts.cpuCount.x"],
  ["facts.load.first", "MISSING", "facts.load.first"],
  ["int(params.version)", "CONVERSION", "int(params.version)"],
  ["int(0.5)", "CONVERSION", "int(0.5)"],
  ["bool('yes')", "CONVERSION", "bool('yes')"],
  ["number('0x10')", "CONVERSION", "number('0x10')"],
  ["list(facts.os)", "CONVERSION", "list(facts.os)"],
  ["string(facts.os)", "CONVERSION", "string(facts.os)"],
  ["parseJson('{')", "CONVERSION", "parseJson('{')"],
  ["range(1000000000)", "FUEL", "range(1000000000)"],
  ["[[[1 for x in range(999)] for y in range(999)] for z in range(999)]", "FUEL", "1"],
  ["padStart('', 9999999)", "TOO_LARGE", "padStart('', 9999999)"],
];

test("given expressions that fail, when evaluated, then the failure names its code and part", () => {
  for (const [text, code, part] of FAILING) {
    const evaluated = tryEvaluateText(text);
    assert.ok(!evaluated.ok, text);
    assert.equal(evaluated.error.error.code, `DRV_EXPRESSION_${code}`, text);
    const { offset, length } = evaluated.error.span;
    if (code !== "FUEL") assert.equal(text.slice(offset, offset + length), part, text);
  }
});

test("given several problems, when read and checked, then all are told in the order of the text", () => {
  const syntax = tryCheckText("f(1 2, 'a' =) + [3 4]");
  assert.ok(!syntax.ok);
  assert.ok(syntax.error.length >= 3);
  const types = tryCheckText("upper(1) + params.verson + nope(2, parms)");
  assert.ok(!types.ok);
  assert.deepEqual(
    types.error.map(({ code }) => code.replace("DRV_EXPRESSION_", "")),
    ["TYPE", "MEMBER_UNKNOWN", "FUNCTION_UNKNOWN", "NAME_UNKNOWN"],
  );
});
