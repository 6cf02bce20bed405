/** The files of a new project by their names: a plan that runs on this machine without any rights. */
export function projectFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["plan.yml", PLAN],
    ["hosts.yml", HOSTS],
    ["files/welcome.txt.liquid", WELCOME],
    [".gitignore", IGNORED],
    ["README.md", README],
  ]);
}

const PLAN = `# yaml-language-server: $schema=plan.schema.json
version: 1
name: welcome
description: Puts a welcome page on every host
params:
  greeting: { type: string, default: Hello, description: first word of the page }
defaults: { target: _all }
tasks:
  folder:
    file.directory: { path: /srv/welcome }
  page:
    file.deploy:
      path: /srv/welcome/index.txt
      content: { $file: files/welcome.txt.liquid }
      vars: { greeting: "\${params.greeting}", host: "\${host.name}" }
    needs: folder
  check:
    file.status: { path: /srv/welcome/index.txt }
    needs: page
rollback: onFailure
`;

const HOSTS = `# Two hosts on this machine, each a folder. Replace them with your own.
hosts:
  web1: { root: hosts/web1, labels: { role: web } }
  web2: { root: hosts/web2, labels: { role: web } }
`;

const WELCOME = `{{ vars.greeting }}, this is {{ vars.host }}.
`;

const IGNORED = `hosts/
plan.schema.json
*.saved.json
`;

const README = `# A drover project

- \`plan.yml\` says what must become true.
- \`hosts.yml\` says where: two hosts that are folders of this machine.
- \`files/\` holds what is put there.

\`\`\`sh
drover schema > plan.schema.json            # editors complete and check plan.yml with it
drover validate plan.yml                    # is it right?
drover plan plan.yml --fleet hosts.yml      # what would it change?
drover run plan.yml --fleet hosts.yml       # make it so
drover run plan.yml --fleet hosts.yml greeting=Welcome
drover why                                  # what happened, and why
\`\`\`
`;
