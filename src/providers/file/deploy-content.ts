import { must } from "../../base/assert.ts";
import { ok } from "../../base/result.ts";
import type { FileDeployParams } from "../../operation/catalog/file.ts";
import { factsAsJson } from "../../operation/fact-value.ts";
import type { ContentType, ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { decodeText, encodeText } from "./content-change.ts";
import { renderTemplate } from "./render-template.ts";

interface Source {
  readonly bytes: Uint8Array;
  readonly contentType: ContentType;
  /** For messages: the name in the content store, or the path of the file. */
  readonly name: string;
}

/** The bytes a deployment wants: given or uploaded content, rendered when it is a template. */
export async function wantedContent(params: FileDeployParams, context: ProviderContext): ProviderResult<Uint8Array> {
  const source = await findSource(params, context);
  if (!source.ok || source.value.contentType === "raw") return source.ok ? ok(source.value.bytes) : source;
  const template = decodeText(source.value.bytes);
  if (template === undefined) {
    return failed(
      "DRV_TEMPLATE_SYNTAX",
      `Cannot render template ${quoted(source.value.name)}: it is not text in UTF-8`,
      {
        hint: 'Upload text, or deploy it with contentType "raw"',
      },
    );
  }
  const facts = await context.host.facts({ signal: context.signal });
  if (!facts.ok) return failedWith(facts.error);
  const data = {
    facts: factsAsJson(facts.value),
    vars: params.vars ?? {},
    host: { name: context.host.name, labels: facts.value.labels },
  };
  const { name } = source.value;
  const rendered = await renderTemplate({ template, data, name, isSecret: params.isSecret });
  return rendered.ok ? ok(encodeText(rendered.value)) : failedWith(rendered.error);
}

async function findSource(params: FileDeployParams, context: ProviderContext): ProviderResult<Source> {
  if (params.content !== undefined) {
    const contentType = params.contentType ?? (params.vars === undefined ? "raw" : "template");
    return ok({ bytes: encodeText(params.content), contentType, name: params.path });
  }
  const name = must(params.source, "file.deploy has neither content nor source");
  const entry = await context.contents.find(name);
  if (!entry.ok) return failedWith(entry.error);
  if (entry.value === undefined) {
    return failed(
      "DRV_CONTENT_NOT_FOUND",
      `Cannot deploy ${quoted(params.path)}: no content is named ${quoted(name)}`,
      {
        hint: "Upload it in an earlier task with file.upload, or correct the name",
      },
    );
  }
  const bytes = await context.contents.read(entry.value.sha256);
  if (!bytes.ok) return failedWith(bytes.error);
  return ok({ bytes: bytes.value, contentType: params.contentType ?? entry.value.contentType, name });
}
