import { planFileSchema } from "../../definition/plan-file/json-schema.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import type { CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import type { Invocation } from "../with-plan.ts";

/** `drover schema`: the JSON Schema of plan files, for editors. */
export async function schemaCommand({ options, context }: Invocation<CommonOptions>): Promise<ExitCode> {
  const format = isDataFormat(options.output) ? options.output : "json";
  await writeData(planFileSchema(), format, context.stdout);
  return EXIT_CODES.ok;
}
