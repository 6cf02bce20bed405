import type { CliContext } from "./cli-context.ts";

/** Makes what surrounds a part of a build log that starts folded. */
export type FoldMarkers = (title: string, seconds: number) => { readonly begin: string; readonly end: string };

/** The fold markers of the build server that runs us; `undefined` when it has none that we know. */
export function foldMarkersOf(env: CliContext["env"]): FoldMarkers | undefined {
  if (env["GITHUB_ACTIONS"] === "true") {
    return (title) => ({ begin: `::group::${title}\n`, end: "::endgroup::\n" });
  }
  if (env["TF_BUILD"] !== undefined) {
    return (title) => ({ begin: `##[group]${title}\n`, end: "##[endgroup]\n" });
  }
  if (env["GITLAB_CI"] !== undefined) return gitlabMarkers();
  return undefined;
}

/** GitLab pairs sections by a name that must be unique in the log. */
function gitlabMarkers(): FoldMarkers {
  let count = 0;
  return (title, seconds) => {
    count += 1;
    const name = `drover_${count}`;
    return {
      begin: `\u001b[0Ksection_start:${seconds}:${name}[collapsed=true]\r\u001b[0K${title}\n`,
      end: `\u001b[0Ksection_end:${seconds}:${name}\r\u001b[0K\n`,
    };
  };
}

/**
 * Text that a build server shows and does not obey: GitHub and Azure carry out log lines that look like their commands,
 * wherever these came from, a host or a file.
 */
export function withoutServerCommands(text: string, env: CliContext["env"]): string {
  if (env["GITHUB_ACTIONS"] === undefined && env["TF_BUILD"] === undefined) return text;
  return text.replaceAll(/^(\s*)::/gm, "$1: :").replaceAll(/##(?=\[|vso\[)/g, "# #");
}
