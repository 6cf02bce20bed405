import { testOnFakeHost, testOnThrowAwaySystem, type ProviderTable } from "../test-kit/suite-places.ts";
import { giveAccountTools } from "../test-kit/fake-account-tools.ts";
import { groupDeleteProvider, groupEnsureProvider, groupListProvider } from "./group.ts";
import { sshKeyEnsureProvider, sshKeyListProvider, sshKeyRemoveProvider } from "./ssh-key.ts";
import { userPasswordProvider } from "./user-password.ts";
import { userDeleteProvider, userEnsureProvider, userGetProvider } from "./user.ts";
import type { SuiteHost } from "../../testing/provider-trial.ts";
import assert from "node:assert/strict";

const HASH = "$6$rounds=1000$saltsalt$abcdefghijklmnop";
const OTHER_HASH = "$6$rounds=1000$saltsalt$qrstuvwxyz";
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJvdGF0ZSBtZSBvZnRlbiwgSSBhbSBhbiBleGFtcGxl ci@example.org";

function ran(...commands: readonly (readonly string[])[]) {
  return async ({ host }: SuiteHost): Promise<void> => {
    for (const argv of commands) {
      const done = await host.exec(argv);
      assert.ok(
        done.ok && done.value.exitCode === 0,
        `${argv.join(" ")}: ${done.ok ? done.value.stderr : done.error.message}`,
      );
    }
  };
}

const withUser = ran([
  "useradd",
  "--uid",
  "1234",
  "--shell",
  "/bin/sh",
  "--create-home",
  "--groups",
  "staff",
  "--",
  "deploy",
]);

async function withKeys(place: SuiteHost): Promise<void> {
  await withUser(place);
  const { host } = place;
  await host.mkdir("/home/deploy/.ssh", { mode: 0o700 });
  const text = `# ours\nfrom="10.0.0.0/8" ${KEY}\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== old`;
  await host.writeFile("/home/deploy/.ssh/authorized_keys", new TextEncoder().encode(text), { mode: 0o600 });
}

const TABLE: ProviderTable = [
  [
    userEnsureProvider,
    [
      {
        name: "no such user",
        params: () => ({
          name: "deploy",
          uid: 1234,
          shell: "/bin/sh",
          comment: "Deployments",
          groups: ["staff"],
          passwordHash: HASH,
        }),
        secrets: [HASH],
        hostile: (text) => ({ name: "deploy", comment: text, shell: `/bin/${text}`, home: `/home/${text}` }),
      },
      {
        name: "a user with other properties",
        prepare: withUser,
        params: () => ({
          name: "deploy",
          uid: 1235,
          shell: "/bin/bash",
          groups: ["www-data"],
          appendGroups: true,
          passwordHash: OTHER_HASH,
          isLocked: true,
        }),
        hostile: (text) => ({ name: text, groups: [text] }),
      },
      {
        name: "a user as wanted",
        prepare: withUser,
        params: () => ({ name: "deploy", uid: 1234, shell: "/bin/sh", groups: ["staff"] }),
        isUnchanged: true,
      },
    ],
  ],
  [
    userDeleteProvider,
    [
      { name: "a user with files", prepare: withKeys, params: () => ({ name: "deploy", removeHome: true }) },
      {
        name: "no such user",
        params: () => ({ name: "deploy" }),
        isUnchanged: true,
        hostile: (text) => ({ name: text }),
      },
    ],
  ],
  [
    userPasswordProvider,
    [
      {
        name: "a user without password",
        prepare: withUser,
        params: () => ({ name: "deploy", password: "correct horse battery staple" }),
        secrets: ["correct horse battery staple"],
        isRandom: true,
        hostile: (text) => ({ name: "deploy", password: text }),
      },
    ],
  ],
  [userGetProvider, [{ name: "a user", prepare: withUser, params: () => ({ name: "deploy" }) }]],
  [
    groupEnsureProvider,
    [
      {
        name: "no such group",
        params: () => ({ name: "deployers", gid: 2345, members: ["www-data"] }),
        hostile: (text) => ({ name: text, members: [text] }),
      },
      {
        name: "a group with other members",
        prepare: ran(["groupadd", "--gid", "2345", "--", "deployers"], ["gpasswd", "--members", "root", "deployers"]),
        params: () => ({ name: "deployers", gid: 2346, members: ["www-data", "root"] }),
      },
    ],
  ],
  [
    groupDeleteProvider,
    [
      {
        name: "a group",
        prepare: ran(["groupadd", "--gid", "2345", "--", "deployers"]),
        params: () => ({ name: "deployers" }),
      },
      { name: "no such group", params: () => ({ name: "deployers" }), isUnchanged: true },
    ],
  ],
  [groupListProvider, [{ name: "any host", params: () => ({}) }]],
  [
    sshKeyEnsureProvider,
    [
      {
        name: "a user without keys",
        prepare: withUser,
        params: () => ({ user: "deploy", key: KEY }),
        hostile: (text) => ({ user: "deploy", key: `${KEY} ${text}` }),
      },
      {
        name: "the key with other options",
        prepare: withKeys,
        params: () => ({ user: "deploy", key: `no-pty ${KEY}` }),
        hostile: (text) => ({ user: text, key: KEY }),
      },
      { name: "a key that must go", prepare: withKeys, params: () => ({ user: "deploy", key: KEY, state: "absent" }) },
    ],
  ],
  [
    sshKeyRemoveProvider,
    [
      {
        name: "other keys",
        prepare: withKeys,
        params: () => ({ user: "deploy", fingerprint: `SHA256:${"A".repeat(43)}` }),
        isUnchanged: true,
      },
    ],
  ],
  [sshKeyListProvider, [{ name: "keys", prepare: withKeys, params: () => ({ user: "deploy" }) }]],
];

testOnFakeHost(TABLE, giveAccountTools);
await testOnThrowAwaySystem(TABLE, {
  parts: { passwd: "/usr/sbin/useradd" },
  watched: {
    paths: [
      "/etc/passwd",
      "/etc/shadow",
      "/etc/group",
      "/etc/gshadow",
      "/etc/subuid",
      "/etc/subgid",
      "/home",
      "/var/mail",
    ],
  },
});
