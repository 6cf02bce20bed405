import { z } from "zod";
import { OPERATION_TIMEOUT_MS_DEFAULT } from "../../base/limits.ts";
import { defineOperation } from "../spec.ts";
import { account, contentName, fileMode, pathBelowRoot, regularExpression, text, variables } from "./fields.ts";

const CATEGORY = "file";

/** What every operation that changes one path declares. */
const WRITE = {
  category: CATEGORY,
  operationClass: "idempotent",
  reversibility: "full",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "rerun",
  secretParams: [],
} as const;

const makeFolders = z.boolean().default(true).describe("Make missing parent folders, with mode 0755");
const ownership = {
  mode: fileMode().optional().describe('Permission bits as octal text, such as "0644"; left as they are when absent'),
  owner: account().optional().describe("User by name or number; left as it is when absent"),
  group: account().optional().describe("Group by name or number; left as it is when absent"),
};

/** Makes a file have exactly this content, mode and owner. */
export const fileDeploy = defineOperation({
  ...WRITE,
  name: "file.deploy",
  aliases: ["file.deploy.execute", "file.template", "file.template.execute"],
  summary: "Makes a file have exactly this content, mode and owner",
  description:
    "Reads the file on the host, compares, and replaces it in one step only when it differs. Templates are rendered with " +
    "`facts`, `vars` and `host`; a name that is not defined is an error. What was deployed is recorded on the host, so " +
    "that `file.status` can tell drift. A symbolic link at the path is replaced by the file.",
  params: z
    .strictObject({
      path: pathBelowRoot().describe("File to write, absolute"),
      content: z.string().optional().describe("Content as text; give either this or `source`"),
      source: contentName().optional().describe("Name of uploaded content; give either this or `content`"),
      contentType: z
        .enum(["raw", "template"], 'must be "raw" or "template"')
        .optional()
        .describe(
          "How to read the content; default what it was uploaded as, `template` when `vars` are given, else raw",
        ),
      vars: variables().optional().describe("Values for the template, as `{{ vars.name }}`"),
      ...ownership,
      makeFolders,
      backup: z
        .boolean()
        .default(false)
        .describe("Keep a copy of the replaced content in the state folder of the host"),
      isSecret: z.boolean().default(false).describe("Never show the content: no diff, and mode 0600 for a new file"),
    })
    .refine((value) => (value.content === undefined) !== (value.source === undefined), {
      path: ["content"],
      message: 'exactly one of "content" and "source" must be given',
    }),
  result: z.strictObject({
    path: z.string(),
    sha256: z.string().optional().describe("Hash of the content; absent for secrets"),
    sizeBytes: z.int(),
    backupPath: z.string().optional().describe("Copy of the replaced content"),
  }),
  example: {
    path: "/etc/nginx/conf.d/site.conf",
    content: "server { listen {{ vars.port }}; server_name {{ facts.fqdn }}; }\n",
    contentType: "template",
    vars: { port: 8080 },
    mode: "0644",
    owner: "root",
    group: "root",
  },
});

export type FileDeployParams = z.output<typeof fileDeploy.params>;

/** Removes a deployed file. */
export const fileUndeploy = defineOperation({
  ...WRITE,
  name: "file.undeploy",
  aliases: ["file.undeploy.execute"],
  summary: "Removes a file and the record that it was deployed",
  params: z.strictObject({ path: pathBelowRoot().describe("File or symbolic link to remove, absolute") }),
  result: z.strictObject({ path: z.string() }),
  example: { path: "/etc/nginx/conf.d/old-site.conf" },
});

export type FileUndeployParams = z.output<typeof fileUndeploy.params>;

/** Compares a file with what was deployed. */
export const fileStatus = defineOperation({
  ...WRITE,
  name: "file.status",
  aliases: ["file.status.get"],
  summary: "Tells whether a file still is what was deployed",
  description:
    "`in-sync`: as deployed. `drifted`: content, mode, owner or group differ from what was deployed. `missing`: there " +
    "is no such file. `unmanaged`: the file exists, but was not deployed by drover.",
  params: z.strictObject({ path: pathBelowRoot().describe("File to look at, absolute") }),
  result: z.strictObject({
    path: z.string(),
    status: z.enum(["in-sync", "drifted", "missing", "unmanaged"]),
    sha256: z.string().optional().describe("Hash of the file as it is"),
    deployedSha256: z.string().optional().describe("Hash of what was deployed"),
    differs: z.array(z.enum(["content", "mode", "owner", "group", "type"])).describe("What has drifted"),
  }),
  operationClass: "read-only",
  reversibility: "none",
  example: { path: "/etc/nginx/conf.d/site.conf" },
});

export type FileStatusParams = z.output<typeof fileStatus.params>;
export type FileStatusResult = z.output<typeof fileStatus.result>;

/** Makes a folder exist, or not. */
export const fileDirectory = defineOperation({
  ...WRITE,
  name: "file.directory",
  aliases: ["file.directory.execute"],
  summary: "Makes a folder exist with this mode and owner, or be absent",
  params: z.strictObject({
    path: pathBelowRoot().describe("Folder, absolute"),
    state: z
      .enum(["present", "absent"], 'must be "present" or "absent"')
      .default("present")
      .describe("What must be true"),
    ...ownership,
    makeFolders,
    recursive: z.boolean().default(false).describe("With `absent`: also remove what is inside"),
  }),
  result: z.strictObject({ path: z.string() }),
  example: { path: "/srv/app/releases", mode: "0755", owner: "app" },
});

export type FileDirectoryParams = z.output<typeof fileDirectory.params>;

/** Makes a symbolic link point to a target, or be absent. */
export const fileSymlink = defineOperation({
  ...WRITE,
  name: "file.symlink",
  aliases: ["file.symlink.execute"],
  summary: "Makes a symbolic link point to this target, or be absent",
  params: z
    .strictObject({
      path: pathBelowRoot().describe("The link, absolute"),
      target: text()
        .min(1, "must not be empty")
        .max(4_096, "must not be longer than 4096 characters")
        .optional()
        .describe("Where it points; needed unless `absent`"),
      state: z
        .enum(["present", "absent"], 'must be "present" or "absent"')
        .default("present")
        .describe("What must be true"),
      force: z.boolean().default(false).describe("Replace a file that stands in the place of the link"),
      makeFolders,
    })
    .refine((value) => value.state === "absent" || value.target !== undefined, {
      path: ["target"],
      message: "must be given",
    }),
  result: z.strictObject({ path: z.string(), target: z.string().optional() }),
  example: { path: "/srv/app/current", target: "/srv/app/releases/42" },
});

export type FileSymlinkParams = z.output<typeof fileSymlink.params>;

const singleLine = text().refine((line) => !/[\r\n]/.test(line), "must be a single line");

/** Makes one line of a file be there, or not. */
export const fileLine = defineOperation({
  ...WRITE,
  name: "file.line",
  aliases: ["file.line.execute"],
  summary: "Makes a text file contain this line, or not",
  description:
    "With `match`, the last matching line is replaced by `line`; without a match, or without `match`, the line is added: " +
    "after the last line matching `insertAfter`, before the first matching `insertBefore`, else at the end. `absent` " +
    "removes every line that matches, or equals `line`. Line ends and the rest of the file stay as they are.",
  params: z
    .strictObject({
      path: pathBelowRoot().describe("Text file in UTF-8, absolute"),
      line: singleLine.optional().describe("The line, without line end; needed unless `absent` with `match`"),
      match: regularExpression()
        .optional()
        .describe("Regular expression (JavaScript) for the line to replace or remove"),
      state: z
        .enum(["present", "absent"], 'must be "present" or "absent"')
        .default("present")
        .describe("What must be true"),
      insertAfter: regularExpression().optional().describe("Add after the last line that matches"),
      insertBefore: regularExpression().optional().describe("Add before the first line that matches"),
      create: z.boolean().default(false).describe("Make the file when it does not exist"),
    })
    .refine((value) => value.line !== undefined || (value.state === "absent" && value.match !== undefined), {
      path: ["line"],
      message: 'must be given, unless state is "absent" and "match" is given',
    })
    .refine((value) => value.insertAfter === undefined || value.insertBefore === undefined, {
      path: ["insertBefore"],
      message: 'cannot be given together with "insertAfter"',
    }),
  result: z.strictObject({ path: z.string(), lineCount: z.int().describe("Lines added, replaced or removed") }),
  example: { path: "/etc/ssh/sshd_config", match: "^#?PermitRootLogin ", line: "PermitRootLogin no" },
});

export type FileLineParams = z.output<typeof fileLine.params>;

const namedContent = {
  name: contentName().describe("Name in the content store"),
  content: z.string().optional().describe("Content as text; give either this or `contentBase64`"),
  contentBase64: z.base64("must be base64").optional().describe("Content as base64; give either this or `content`"),
};

function hasOneContent(value: { readonly content?: unknown; readonly contentBase64?: unknown }): boolean {
  return (value.content === undefined) !== (value.contentBase64 === undefined);
}

const ONE_CONTENT = { path: ["content"], message: 'exactly one of "content" and "contentBase64" must be given' };

/** Puts content into the content store. */
export const fileUpload = defineOperation({
  ...WRITE,
  name: "file.upload",
  aliases: ["file.upload.execute"],
  summary: "Puts content into the content store, from where file.deploy takes it",
  description: "The same content under the same name is unchanged; other content makes a new version.",
  params: z
    .strictObject({
      ...namedContent,
      contentType: z
        .enum(["raw", "template"], 'must be "raw" or "template"')
        .default("raw")
        .describe("How `file.deploy` reads it"),
    })
    .refine(hasOneContent, ONE_CONTENT),
  result: z.strictObject({
    name: z.string(),
    sha256: z.string(),
    sizeBytes: z.int(),
    contentType: z.enum(["raw", "template"]),
    version: z.int().describe("1 for the first content under this name"),
  }),
  reversibility: "none",
  isControllerOperation: true,
  example: { name: "site.conf", content: "server { listen {{ vars.port }}; }\n", contentType: "template" },
});

export type FileUploadParams = z.output<typeof fileUpload.params>;

/** Compares content with the content store. */
export const fileChanged = defineOperation({
  ...WRITE,
  name: "file.changed",
  aliases: ["file.changed.get"],
  summary: "Tells whether content differs from what is stored under a name",
  params: z.strictObject(namedContent).refine(hasOneContent, ONE_CONTENT),
  result: z.strictObject({
    name: z.string(),
    changed: z.boolean().describe("Whether an upload would make a new version"),
    sha256: z.string().describe("Hash of the given content"),
  }),
  operationClass: "read-only",
  reversibility: "none",
  isControllerOperation: true,
  example: { name: "site.conf", content: "server { listen 80; }\n" },
});

export type FileChangedParams = z.output<typeof fileChanged.params>;
