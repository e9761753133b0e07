/** The world of an attack: the real app and real workflow runs, secrets wherever machines have them, and a registry that remembers what it was asked. */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { story, type Story } from "../e2e/world.ts";
import { allThatLeft, filesOfRuns } from "./all-that-left.ts";
import { canariesOfKey, canary, searchFor, type Canary } from "./canaries.ts";

/** Steps of the scripted agent by kind of attempt. */
export type Scripts = { [issue: number]: { [kind: string]: unknown[] } };

export interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HostileStory {
  from: Story;
  /** By name; the values that a repository's secrets have. */
  secrets: { [name: string]: Canary };
  /** The port of loopback at which the registry listens, and what it was asked. */
  registry: { port: number; asked: Asked[] };
  /** Where something of a canary has left to, as `canary: where`. */
  leaks(): string[];
  /** The raw report of an attempt, as its artifact has it. */
  rawReport(issue: number): RawReport;
  /** A file of the artifact of an issue's newest run; null: it has none. */
  artifact(issue: number, name: string): Buffer | null;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RawReport {
  end: string;
  summary: string;
  last_words: string;
  session: boolean;
  sandbox: string;
  hosts: { used: string[]; tunnelled: string[]; refused: string[] };
  refused: { path: string; rule: string }[];
}

/** The config of its repository. */
export const CONFIG = `agents: {default: {agent: scripted}}
review: {enabled: false}
sandbox: auto
logs: artifact
`;

/** What lies on the machine of a runner that other workflow jobs have used before. */
const BAIT = `      - name: Bait
        env:
          HOME_CANARY: \${{ secrets.HOME_CANARY }}
          TEMP_CANARY: \${{ secrets.TEMP_CANARY }}
          PROCESS_CANARY: \${{ secrets.PROCESS_CANARY }}
        run: |
          for file in .ssh/id_ed25519 .npmrc .netrc .git-credentials .docker/config.json .aws/credentials .config/gh/hosts.yml; do
            mkdir -p "$(dirname ~/$file)"
            echo "$HOME_CANARY" > ~/$file
          done
          git config --global http.extraheader "authorization: basic $HOME_CANARY"
          echo "$TEMP_CANARY" > "$RUNNER_TEMP/leftover"
          echo "$TEMP_CANARY" > "$GITHUB_WORKSPACE/beside"
          echo "DEPLOY_TOKEN=$PROCESS_CANARY" >> "$GITHUB_ENV"
          VICTIM="$PROCESS_CANARY" nohup sleep 600 > /dev/null 2>&1 &
      - name: Agent
`;

/** `scripts` may tell an agent of the secrets (see `printing`), as if it had got to know them after all. */
export async function hostileStory(
  scripts: (known: { secrets: { [name: string]: Canary }; port: number }) => Scripts,
): Promise<HostileStory> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      asked.push({ method, url, headers, body });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ name: "left-pad", versions: {} }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const secrets = {
    ANTHROPIC_API_KEY: canary("ANTHROPIC_API_KEY", "sk-ant-api03-"),
    OPENAI_API_KEY: canary("OPENAI_API_KEY", "sk-proj-"),
    GEMINI_API_KEY: canary("GEMINI_API_KEY"),
    REGISTRY: canary("REGISTRY"),
    HOME_CANARY: canary("HOME_CANARY"),
    TEMP_CANARY: canary("TEMP_CANARY"),
    PROCESS_CANARY: canary("PROCESS_CANARY"),
  };
  const from = await story({
    config: CONFIG,
    files: { "package.json": '{"name":"engine"}\n', ".npmrc": `registry=http://127.0.0.1:${port}/\n` },
  });
  const { repository } = from;
  const { REGISTRY, ...others } = secrets;
  for (const [name, { value }] of Object.entries(others)) repository.actions.secrets[name] = value;
  repository.actions.secrets["GZA_REGISTRY_TOKENS"] = `http://127.0.0.1:${port} Bearer ${REGISTRY.value}`;
  const workflow = from.git("show", "main:.github/workflows/gza.yml");
  await from.push(".github/workflows/gza.yml", `${workflow.replace("      - name: Agent\n", BAIT)}\n`);
  await from.push(".github/gza-script.yml", JSON.stringify(byAttempt(scripts({ secrets, port }))));
  const tokens = rememberTokens(from);
  const machine = layOnMachine();

  function leaks(): string[] {
    const search = searchFor([
      ...Object.values(secrets),
      ...machine.canaries,
      ...from.secrets.flatMap((secret) =>
        secret.includes("PRIVATE KEY")
          ? canariesOfKey("the App's private key", secret)
          : [{ name: "the webhook secret", prefix: "", value: secret }],
      ),
      ...tokens().map((value) => ({ name: "a token of GitHub's", prefix: value.slice(0, 4), value })),
    ]);
    const left = [
      ...allThatLeft(from),
      // Its own token is what it is meant to be shown.
      ...asked.map(({ headers, ...rest }) => ({
        where: "the registry",
        bytes: Buffer.from(JSON.stringify({ ...rest, headers: { ...headers, authorization: null } })),
      })),
    ];
    return left.flatMap(({ where, bytes }) => search.traces(bytes).map((name) => `${name}: ${where}`));
  }

  function artifact(issue: number, name: string): Buffer | null {
    const run = from.runs().findLast(({ inputs }) => inputs["task"] === String(issue));
    if (run === undefined) throw new Error(`#${issue} has had no workflow run`);
    const file = filesOfRuns([run]).find(({ where }) => where === `artifact ${name}`);
    return file?.bytes ?? null;
  }

  return {
    from,
    secrets,
    registry: { port, asked },
    leaks,
    artifact,
    rawReport: (issue) => JSON.parse(String(artifact(issue, "raw-report.json"))) as RawReport,
    [Symbol.asyncDispose]: async () => {
      machine.remove();
      await from[Symbol.asyncDispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Shell text that prints the value of a canary, in which nobody finds it. */
export function printing({ value }: Canary): string {
  const masked = Buffer.from(Buffer.from(value).map((byte) => byte ^ 0x5a)).toString("hex");
  return `node -e 'process.stdout.write(Buffer.from("${masked}", "hex").map((byte) => byte ^ 0x5a))'`;
}

function byAttempt(scripts: Scripts): unknown {
  const kinds = (steps: { [kind: string]: unknown[] }): unknown =>
    Object.fromEntries(Object.entries(steps).map(([kind, all]) => [kind, { "1": all }]));
  return Object.fromEntries(Object.entries(scripts).map(([issue, steps]) => [issue, kinds(steps)]));
}

/** Every token that the playground gives out from here on, those that end with their workflow jobs included, and people's. */
function rememberTokens({ playground: { world } }: Story): () => string[] {
  const all = new Set(world.tokens.keys());
  const set = world.tokens.set.bind(world.tokens);
  world.tokens.set = (value, token) => {
    all.add(value);
    return set(value, token);
  };
  return () => [...all];
}

/** An App's key file, and a process that holds it, as where the app runs on the machine of the runner. */
function layOnMachine(): { canaries: Canary[]; remove(): void } {
  const key = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
  const folder = mkdtempSync(join(tmpdir(), "attack-"));
  writeFileSync(join(folder, "app-key.pem"), key);
  const app = spawn("sh", ["-c", "read line"], {
    env: { GZA_PRIVATE_KEY: key },
    stdio: ["pipe", "ignore", "ignore"],
  });
  return {
    canaries: canariesOfKey("a key on the machine", key),
    remove: () => {
      app.stdin?.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
