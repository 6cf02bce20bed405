import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE, noParams, presence, READ } from "./declaration.ts";
import { text } from "./fields.ts";
import { fileNamePart } from "./host-fields.ts";

const CATEGORY = "certificate";
const PEM = /^\s*(?:-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/;

const name = fileNamePart().describe("Name under which the host keeps it");

/** Makes the host trust a certificate authority, or not. */
export const certificateEnsure = defineOperation({
  ...ENSURE,
  name: "certificate.ensure",
  aliases: ["certificate.create", "certificate.update", "certificate.ca.create", "certificate.ca.update"],
  category: CATEGORY,
  summary: "Makes the host trust a certificate authority, or not",
  description:
    "Keeps the certificate where the distribution wants those of the administrator and renews the bundle of all of them, " +
    "with update-ca-certificates or update-ca-trust.",
  params: z
    .strictObject({
      name,
      certificate: text()
        .regex(PEM, "must be one or more certificates in PEM form")
        .transform((pem) => `${pem.trim().replace(/\r\n/g, "\n")}\n`)
        .optional()
        .describe("Certificate in PEM form; needed unless `absent`"),
      state: presence(),
    })
    .refine((value) => value.state === "absent" || value.certificate !== undefined, {
      path: ["certificate"],
      message: "must be given",
    }),
  result: z.strictObject({ name: z.string(), path: z.string() }),
  reversibility: "full",
  osFamilies: ["debian", "redhat", "alpine"],
  example: { name: "corporate", certificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" },
});

export type CertificateEnsureParams = z.output<typeof certificateEnsure.params>;

export const certificateDelete = defineOperation({
  ...ENSURE,
  name: "certificate.delete",
  aliases: ["certificate.ca.delete"],
  category: CATEGORY,
  summary: "Makes the host not trust a certificate authority that was added",
  params: z.strictObject({ name }),
  result: certificateEnsure.result,
  osFamilies: certificateEnsure.osFamilies,
  example: { name: "corporate" },
});

export const certificateList = defineOperation({
  ...READ,
  name: "certificate.list",
  aliases: ["certificate.ca.list"],
  category: CATEGORY,
  summary: "Lists the certificate authorities that were added to the host",
  params: noParams,
  result: z.strictObject({ certificates: z.array(z.strictObject({ name: z.string(), path: z.string() })) }),
  osFamilies: certificateEnsure.osFamilies,
  example: {},
});
