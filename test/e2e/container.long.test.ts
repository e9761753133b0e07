/** A story whose agent works in a `container:`, in a sandbox inside the sandbox that plays the container. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { taskRef } from "../../src/domain/names.ts";
import { Receipt } from "../../src/domain/receipt.ts";
import { answeringEngine } from "../../src/playground/actions/engine-container.ts";
import { story, twice } from "./world.ts";

const WORKFLOW = ".github/workflows/gza.yml";
const canWrap = process.getuid?.() === 0 && spawnSync("bwrap", ["--version"]).status === 0;
const engine = await answeringEngine(["docker", "podman"]);
if (!canWrap)
  console.error("bubblewrap is not here, or this is not root: no container can be played with it");
if (engine !== null) console.error(`${engine} answers: containers are not played with bubblewrap here`);

it.runIf(canWrap && engine === null)("goes from an issue to a pull request", async () => {
  await using from = await story({
    config: "agents: {default: {agent: scripted}}\nreview: {enabled: false}\nsandbox: auto\n",
    script: [
      { run: "{ ps -e -o args= || true; id -un; } > seen.txt" },
      { write: { path: "notes/1.md", content: "Note 1\n" } },
    ],
  });
  const agent = "  agent:\n    runs-on: ubuntu-24.04\n";
  const container = "    container: {image: 'example.com/agent@sha256:0', options: --privileged --init}\n";
  const workflow = from.git("show", `main:${WORKFLOW}`);
  expect(workflow).toContain(agent);
  await from.push(WORKFLOW, `${workflow.replace(agent, `${agent}${container}`)}\n`);
  await from.begin();

  const issue = await from.ask();
  const { branch, attempts } = await from.until(issue, ({ phase }) => phase === "ready");
  await from.settle();

  const receipt = Receipt.parse(JSON.parse(from.git("show", `${taskRef(issue)}:receipt.json`)));
  const jobs = from.runs().flatMap((run) => run.jobs);
  const playing = jobs.filter(({ log }) => readFileSync(log, "utf8").includes("is played with bubblewrap"));
  expect(attempts.map(({ kind, end }) => `${kind} ${end}`)).toEqual(["implement completed"]);
  expect(receipt.attempts.map(({ told }) => told?.sandbox)).toEqual(["bubblewrap"]);
  expect(from.git("diff", "--name-only", `main...${branch}`)).toBe("notes/1.md\nseen.txt");
  expect(from.git("show", `${branch}:seen.txt`)).toMatch(/^agent$/m);
  expect(playing.map(({ key }) => key)).toEqual(["agent"]);
  expect(twice(from, issue)).toEqual([]);
});
