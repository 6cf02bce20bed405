import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { codedError, fromThrown, type CodedError } from "../../base/coded-error.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { shellWord } from "../../report/shell-word.ts";
import type { CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { projectFiles } from "../project-files.ts";
import { refuse, type Invocation } from "../with-plan.ts";

/** `drover init [FOLDER]`: a project that works, to go on from. Files that are there are never changed. */
export async function initCommand(
  folder: string | undefined,
  { options, context }: Invocation<CommonOptions>,
): Promise<ExitCode> {
  const place = resolve(context.folder, folder ?? ".");
  const files = projectFiles();
  const problems = await obstacles(place, [...files.keys()]);
  if (problems.length > 0) return refuse(problems, { options, context });
  try {
    for (const [name, text] of files) {
      await mkdir(dirname(join(place, name)), { recursive: true });
      // Should somebody else have made it meanwhile, theirs stays.
      await writeFile(join(place, name), text, { flag: "wx" });
    }
  } catch (thrown) {
    const failed = fromThrown("DRV_CLI_FILE_FAILED", thrown, `Cannot write the project into ${JSON.stringify(place)}`);
    return refuse([{ ...failed, hint: "Check that the folder may be written to" }], { options, context });
  }
  if (isDataFormat(options.output)) {
    await writeData({ version: 1, folder: place, files: [...files.keys()] }, options.output, context.stdout);
    return EXIT_CODES.ok;
  }
  const go = folder === undefined ? [] : [`cd ${shellWord(folder)}`];
  const steps = [
    ...go,
    "drover validate plan.yml",
    "drover plan plan.yml --fleet hosts.yml",
    "drover run plan.yml --fleet hosts.yml",
  ];
  const names = [...files.keys()].map((name) => `  ${name}\n`).join("");
  context.stdout.write(
    `Made a project of ${files.size} files:\n${names}\nNext:\n${steps.map((step) => `  ${step}\n`).join("")}`,
  );
  return EXIT_CODES.ok;
}

/** Files of the project that are there already. */
async function obstacles(place: string, names: readonly string[]): Promise<readonly CodedError[]> {
  const found = await Promise.all(names.map(async (name) => ((await exists(join(place, name))) ? [name] : [])));
  return found.flat().map((name) => {
    const message = `Cannot make a project in ${JSON.stringify(place)}: ${JSON.stringify(name)} is there already`;
    return codedError("DRV_CLI_FILE_EXISTS", message);
  });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
