import { test } from "node:test";
import { must } from "../../src/base/assert.ts";
import type { RunView } from "../../src/engine/run-view.ts";
import { dryRunLines } from "../../src/report/diff-text.ts";
import { explainLines, levelLines } from "../../src/report/explain-text.ts";
import { pictureOf } from "../../src/report/graph-picture.ts";
import { GRAPH_FORMATS, graphText } from "../../src/report/graph-text.ts";
import { formatLines, type TextStyle } from "../../src/report/line.ts";
import { recapLines } from "../../src/report/recap-text.ts";
import { reportDocument } from "../../src/report/report-document.ts";
import { Report } from "../../src/report/report.ts";
import { explanationLines } from "../../src/report/why-text.ts";
import { why } from "../../src/report/why.ts";
import { formatWrapped } from "../../src/report/wrap-line.ts";
import { assertGolden } from "./golden-file.ts";
import {
  dryRun,
  dryRunPlan,
  failedRun,
  halfRolledBackRun,
  herdRun,
  succeededRun,
  webserverPlan,
} from "./sample-runs.ts";

const PLAIN: TextStyle = { hasColor: false, hasUnicode: true };
const ASCII: TextStyle = { hasColor: false, hasUnicode: false };
const COLOR: TextStyle = { hasColor: true, hasUnicode: true, columns: 80 };

function recap(view: RunView, style: TextStyle): string {
  return formatWrapped(recapLines(view, { style, runArguments: ["plan.ts", "release=1 beta"] }), style);
}

test("given a failed run on hosts, when it is recapped, then failures, changes, hosts, timing and next commands are told", () => {
  assertGolden("recap-failed.txt", recap(failedRun(), PLAIN));
});

test("given a failed run, when it is recapped in colour on 80 columns, then lines are wrapped and coloured", () => {
  assertGolden("recap-failed-color.txt", recap(failedRun(), COLOR));
});

test("given a terminal without Unicode, when a run is recapped, then only ASCII is written", () => {
  assertGolden("recap-failed-ascii.txt", recap(failedRun(), ASCII));
});

test("given a short run that succeeded, when it is recapped, then little more than the summary is told", () => {
  assertGolden("recap-succeeded.txt", recap(succeededRun(), PLAIN));
});

test("given an undo that failed, when the run is recapped, then what is left to do by hand stands out", () => {
  assertGolden("recap-half-rolled-back.txt", recap(halfRolledBackRun(), PLAIN));
});

test("given a thousand hosts of which three failed, when the run is recapped, then equal hosts are one line", () => {
  assertGolden("recap-herd.txt", recap(herdRun(), PLAIN));
});

test("given a dry run, when it is shown, then each host's changes, diffs and reversibility are told", () => {
  const lines = dryRunLines(dryRun(), { style: PLAIN, plan: dryRunPlan() });
  assertGolden("dry-run.txt", formatLines(lines, PLAIN));
});

test("given a task behind a failed one, when it is explained, then the chain leads to the root cause", () => {
  const explanation = must(why(failedRun(), "announce"), "The run has this task");
  assertGolden("why-announce.txt", formatLines(explanationLines(explanation, PLAIN), PLAIN));
});

test("given a task skipped by a guard, when it is explained, then the states that decided are told", () => {
  const explanation = must(why(failedRun(), "restart"), "The run has this task");
  assertGolden("why-restart.txt", formatLines(explanationLines(explanation, PLAIN), PLAIN));
});

test("given a plan, when its levels are listed, then each task shows what it waits for", () => {
  assertGolden("levels.txt", formatLines(levelLines(webserverPlan()), PLAIN));
});

test("given a plan, when it is explained, then policies, limits and defaults are told", () => {
  assertGolden("explain.txt", formatLines(explainLines(webserverPlan()), PLAIN));
});

for (const format of GRAPH_FORMATS) {
  test(`given a plan, when it is drawn as ${format}, then all tasks and edges are there`, () => {
    assertGolden(`graph-${format}.txt`, graphText(pictureOf(webserverPlan()), { format }));
  });

  test(`given a run, when its plan is drawn as ${format}, then each task shows its state by word`, () => {
    const picture = pictureOf(webserverPlan(), { view: failedRun() });
    assertGolden(`graph-run-${format}.txt`, graphText(picture, { format, style: PLAIN }));
  });
}

test("given a failed run, when its report is a document, then every task, host and error is in it", () => {
  assertGolden("report.json", `${JSON.stringify(reportDocument(new Report(failedRun())), undefined, 2)}\n`);
});
