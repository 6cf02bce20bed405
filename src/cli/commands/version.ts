import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { programVersion } from "../program-version.ts";
import type { Invocation } from "../with-plan.ts";

/** `drover version`: which program this is and what it runs on. */
export async function versionCommand({ options, context }: Invocation): Promise<ExitCode> {
  const version = programVersion();
  const platform = `${process.platform}-${process.arch}`;
  if (isDataFormat(options.output)) {
    await writeData({ version, node: process.versions.node, platform }, options.output, context.stdout);
  } else context.stdout.write(`drover ${version}\nNode ${process.versions.node}, ${platform}\n`);
  return EXIT_CODES.ok;
}
