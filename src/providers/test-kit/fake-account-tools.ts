import { must } from "../../base/assert.ts";
import type { ExecOptions } from "../../operation/host.ts";
import type { FakeExecAnswer, FakeHost } from "../../testing/fake-host.ts";

/** Gives a fake host accounts and the programs that change them. */
export function giveAccountTools(host: FakeHost): void {
  host.putFile(
    "/etc/passwd",
    "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n",
  );
  host.putFile("/etc/group", "root:x:0:\nwww-data:x:33:\nstaff:x:50:\n");
  host.putFile("/etc/shadow", "root:*:19000:0:99999:7:::\nwww-data:*:19000:0:99999:7:::\n", { mode: 0o640 });
  host.files.makeFolders("/home");
  host.onExec((argv, options) => new AccountTool(host, argv, options).run());
}

const OPTIONS_WITHOUT_VALUE = new Set([
  "--create-home",
  "--no-create-home",
  "--system",
  "--remove",
  "--lock",
  "--unlock",
  "--encrypted",
]);

class AccountTool {
  readonly #host: FakeHost;
  readonly #program: string;
  readonly #options = new Map<string, string>();
  readonly #stdin: string;
  #name = "";

  constructor(host: FakeHost, argv: readonly string[], options: ExecOptions) {
    this.#host = host;
    this.#stdin = typeof options.stdin === "string" ? options.stdin : "";
    const [program = "", ...words] = argv;
    this.#program = program;
    for (let index = 0; index < words.length; index++) {
      const word = words[index] ?? "";
      if (OPTIONS_WITHOUT_VALUE.has(word)) this.#options.set(word, "");
      else if (word === "--") this.#name = words[++index] ?? "";
      else if (word.startsWith("--")) this.#options.set(word, words[++index] ?? "");
      else this.#name = word;
    }
  }

  run(): FakeExecAnswer | undefined {
    switch (this.#program) {
      case "groupadd":
        return this.#edit("/etc/group", (rows) => [...rows, [this.#name, "x", this.#number("--gid"), ""]]);
      case "groupmod":
        return this.#edit("/etc/group", (rows) => this.#change(rows, { 2: this.#options.get("--gid") }));
      case "groupdel":
        return this.#edit("/etc/group", (rows) => rows.filter(([name]) => name !== this.#name));
      case "gpasswd":
        return this.#edit("/etc/group", (rows) => this.#change(rows, { 3: this.#options.get("--members") }));
      case "useradd":
        return this.#addUser();
      case "usermod":
        return this.#changeUser();
      case "userdel":
        return this.#removeUser();
      case "chpasswd":
        return this.#setPassword();
      default:
        return undefined;
    }
  }

  #number(option: string): string {
    return this.#options.get(option) ?? "1500";
  }

  #rows(path: string): readonly (readonly string[])[] {
    const text = this.#host.text(path) ?? "";
    return text.split("\n").flatMap((line) => (line === "" ? [] : [line.split(":")]));
  }

  #edit(path: string, edit: (rows: readonly (readonly string[])[]) => readonly (readonly string[])[]): FakeExecAnswer {
    const text = edit(this.#rows(path)).map((row) => `${row.join(":")}\n`);
    const mode = path === "/etc/shadow" ? { mode: 0o640 } : {};
    this.#host.putFile(path, text.join(""), mode);
    return {};
  }

  #change(rows: readonly (readonly string[])[], columns: { readonly [column: number]: string | undefined }) {
    return rows.map((row) => (row[0] === this.#name ? row.map((value, column) => columns[column] ?? value) : row));
  }

  #gid(name: string): string {
    if (/^\d+$/.test(name)) return name;
    const row = this.#rows("/etc/group").find(([each]) => each === name);
    return must(row?.[2], "the group exists");
  }

  #setMemberships(wanted: readonly string[]): void {
    this.#edit("/etc/group", (rows) =>
      rows.map(([name = "", password = "", gid = "", members = ""]) => {
        const others = members.split(",").filter((member) => member !== "" && member !== this.#name);
        return [name, password, gid, [...others, ...(wanted.includes(name) ? [this.#name] : [])].join(",")];
      }),
    );
  }

  #addUser(): FakeExecAnswer {
    const name = this.#name;
    const home = this.#options.get("--home-dir") ?? `/home/${name}`;
    const uid = this.#number("--uid");
    const own = this.#options.get("--gid");
    if (own === undefined) this.#edit("/etc/group", (rows) => [...rows, [name, "x", uid, ""]]);
    const gid = own === undefined ? uid : this.#gid(own);
    const shell = this.#options.get("--shell") ?? "/bin/sh";
    this.#edit("/etc/passwd", (rows) => [
      ...rows,
      [name, "x", uid, gid, this.#options.get("--comment") ?? "", home, shell],
    ]);
    this.#edit("/etc/shadow", (rows) => [...rows, [name, "!", "19000", "0", "99999", "7", "", "", ""]]);
    this.#setMemberships((this.#options.get("--groups") ?? "").split(","));
    if (this.#options.has("--create-home")) this.#host.files.makeFolders(home);
    return {};
  }

  #changeUser(): FakeExecAnswer {
    const group = this.#options.get("--gid");
    this.#edit("/etc/passwd", (rows) =>
      this.#change(rows, {
        2: this.#options.get("--uid"),
        3: group === undefined ? undefined : this.#gid(group),
        4: this.#options.get("--comment"),
        5: this.#options.get("--home"),
        6: this.#options.get("--shell"),
      }),
    );
    const groups = this.#options.get("--groups");
    if (groups !== undefined) this.#setMemberships(groups.split(","));
    if (this.#options.has("--lock")) this.#editPassword((password) => `!${password}`);
    if (this.#options.has("--unlock")) this.#editPassword((password) => password.replace(/^!/, ""));
    return {};
  }

  #editPassword(edit: (password: string) => string): void {
    this.#edit("/etc/shadow", (rows) =>
      rows.map(([name = "", password = "", ...rest]) => [
        name,
        name === this.#name ? edit(password) : password,
        ...rest,
      ]),
    );
  }

  #removeUser(): FakeExecAnswer {
    const row = this.#rows("/etc/passwd").find(([name]) => name === this.#name);
    const home = row?.[5];
    for (const path of ["/etc/passwd", "/etc/shadow"]) {
      this.#edit(path, (rows) => rows.filter(([name]) => name !== this.#name));
    }
    this.#setMemberships([]);
    this.#edit("/etc/group", (rows) => rows.filter(([name, , , members]) => name !== this.#name || members !== ""));
    if (this.#options.has("--remove") && home !== undefined) void this.#host.files.remove(home, { recursive: true });
    return {};
  }

  #setPassword(): FakeExecAnswer {
    const [name = "", ...password] = this.#stdin.trimEnd().split(":");
    this.#name = name;
    const hash = this.#options.has("--encrypted") ? password.join(":") : `$fake$${password.join(":").length}`;
    this.#editPassword(() => hash);
    return {};
  }
}
