/** A job with a `container:`: played by an engine or with bubblewrap, with processes of its own, and refused where it cannot be. */
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, test } from "vitest";
import { cancelWorkflowRun } from "../../../src/playground/actions/engine.ts";
import { machineImage } from "./machine-image.ts";
import { jobNamed, logOf, stepsOf, workflowWorld, type WorkflowWorld } from "./workflow-world.ts";

const canWrap = process.getuid?.() === 0 && spawnSync("bwrap", ["--version"]).status === 0;
if (!canWrap) console.error("bubblewrap is not here, or this is not root: its containers are left out");
const own = await machineImage();
afterAll(() => own?.[Symbol.dispose]());

/** What a step would do that runs a sandbox of its own. */
const NESTED =
  "bwrap --unshare-user --unshare-pid --ro-bind / / --proc /proc true && echo nested || echo refused";

const CATCHING = `trap 'echo caught; exit 1' INT
echo begun
while :; do sleep 0.05; done`;

/** Nothing else plays the container. */
const WRAPPED = { containerEngines: [], interruptMilliseconds: 60_000 };

async function pushed(
  world: WorkflowWorld,
  container: string,
  { run, shell = "bash" }: { run: string; shell?: string | null },
): Promise<void> {
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  a:
    runs-on: x
    container: ${container}
    steps:
      - ${shell === null ? "" : `shell: ${shell}\n        `}run: |
          ${run.replaceAll("\n", "\n          ")}
`,
  });
}

/** Resolves when the step has said so. */
async function said(world: WorkflowWorld, word: string): Promise<void> {
  const log = (): Promise<string> => logOf(jobNamed(world.onlyRun(), "a"));
  await expect.poll(() => log().catch(String), { timeout: 60_000 }).toMatch(new RegExp(`^${word}$`, "m"));
}

describe.skipIf(!canWrap)("a container played with bubblewrap", () => {
  test("has its own processes and environment, and the files of the job", async () => {
    await using world = await workflowWorld(WRAPPED);
    await pushed(world, "{image: 'node:24', env: {CONTAINED: 1}, options: --privileged --init}", {
      run: 'ps -e -o pid= | wc -l\necho "contained: $CONTAINED, $(basename "$PWD")"\ntouch made',
    });

    await world.actions.idle();

    const log = await logOf(jobNamed(world.onlyRun(), "a"));
    expect(log).toContain("The container node:24 is played with bubblewrap");
    expect(log).toMatch(/contained: 1, engine/);
    expect(Number(/^ *(\d+)$/m.exec(log)?.[1])).toBeLessThan(12);
    expect(world.onlyRun().conclusion).toBe("success");
  });

  test.each([
    ["lets a sandbox be opened inside if it is privileged", "{image: a, options: --privileged}", "nested"],
    ["lets none be opened if it is not", "{image: a}", "refused"],
  ])("%s", async (_, container, word) => {
    await using world = await workflowWorld(WRAPPED);
    await pushed(world, container, { run: NESTED });

    await world.actions.idle();

    expect(await logOf(jobNamed(world.onlyRun(), "a"))).toMatch(new RegExp(`^${word}$`, "m"));
  });

  test("runs steps in sh where no shell is named", async () => {
    await using world = await workflowWorld(WRAPPED);
    await pushed(world, "a", { run: 'echo "bash: ${BASH_VERSION:-none}"', shell: null });

    await world.actions.idle();

    expect(await logOf(jobNamed(world.onlyRun(), "a"))).toContain("bash: none");
  });

  test("passes an interruption on", async () => {
    await using world = await workflowWorld(WRAPPED);
    await pushed(world, "{image: a, options: --privileged}", { run: CATCHING });
    await said(world, "begun");
    const run = world.onlyRun();

    cancelWorkflowRun(world.world, run.id);
    await world.actions.idle();

    expect(await logOf(jobNamed(run, "a"))).toContain("caught\n");
    expect(run.conclusion).toBe("cancelled");
  });
});

describe.skipIf(own === null)("a container of an engine", () => {
  const { image = "", engine: name = "", containers = () => [] } = own ?? {};

  test("has files, processes and variables of its own, is left by outputs, and is gone afterwards", async () => {
    await using world = await workflowWorld();
    await world.push({
      ".github/action/action.yml": "name: a\ndescription: b\nruns: {using: node24, main: main.js}\n",
      ".github/action/main.js": "console.log(`action: ${process.env.LEFT}, ${process.env.CONTAINED}`)",
      ".github/workflows/a.yml": `on: push
jobs:
  a:
    runs-on: x
    container: {image: '${image}', env: {CONTAINED: yes, LATER: no}, options: --init}
    steps:
      - uses: actions/checkout@v5
      - env: {LATER: yes}
        run: |
          [ -e /etc/os-release ] || echo "files: $(ls -d .github)"
          ps -e -o pid= | wc -l
          echo "step: $CONTAINED, $LATER, \${BASH_VERSION:-sh}"
          echo "LEFT=\${PWD##*/}" >> "$GITHUB_ENV"
      - uses: ./.github/action
`,
    });

    await world.actions.idle();

    const log = await logOf(jobNamed(world.onlyRun(), "a"));
    expect(log).toContain(`The container ${image} is played with ${name}`);
    expect(log).toContain("files: .github\n");
    expect(log).toContain("step: yes, yes, sh\n");
    expect(log).toContain("action: engine, yes\n");
    expect(Number(/^ *(\d+)$/m.exec(log)?.[1])).toBeLessThan(12);
    expect(containers()).toEqual([]);
    expect(world.onlyRun().conclusion).toBe("success");
  });

  test("tells how a program ended", async () => {
    await using world = await workflowWorld();
    await pushed(world, image, { run: "exit 3" });

    await world.actions.idle();

    expect(await logOf(jobNamed(world.onlyRun(), "a"))).toContain(
      "##[error]Process completed with exit code 3.",
    );
  });

  test("passes an interruption on, and ends what is left", async () => {
    await using world = await workflowWorld({ interruptMilliseconds: 60_000 });
    await pushed(world, image, { run: `sleep 1000 &\n${CATCHING}` });
    await said(world, "begun");
    const run = world.onlyRun();

    cancelWorkflowRun(world.world, run.id);
    await world.actions.idle();

    expect(await logOf(jobNamed(run, "a"))).toContain("caught\n");
    expect(run.conclusion).toBe("cancelled");
    expect(containers()).toEqual([]);
  });

  test("is gone when its job was killed", async () => {
    const world = await workflowWorld();
    await pushed(world, image, { run: "trap '' INT TERM\necho begun\nwhile :; do sleep 0.05; done" });
    await said(world, "begun");

    await world[Symbol.asyncDispose]();

    expect(containers()).toEqual([]);
  });

  test("that cannot begin fails its job with the engine's words", async () => {
    await using world = await workflowWorld();
    await pushed(world, "{image: 'localhost/no/such:image', options: --pull=never}", { run: "true" });

    await world.actions.idle();

    const job = jobNamed(world.onlyRun(), "a");
    expect(await logOf(job)).toMatch(/could not begin the container localhost\/no\/such:image: .+/);
    expect(stepsOf(job)).toEqual(["Set up job: failure"]);
  });
});

test.each([
  ["'ubuntu'", "with bubblewrap, as root", !canWrap],
  ["{image: a, ports: [80]}", "and nothing else: take the rest out", true],
  ["{image: a, volumes: ['/x:/x']}", "does not play `volumes:`", true],
  ["{image: a, options: --cpus 1}", "does not play the option '--cpus'", true],
  ["{image: a, options: --network=none}", "GitHub does not take the option '--network=none'", true],
  ["{image: a, options: '--label \"a b\"'}", "without quotes", true],
] as const)(
  "without an engine, a container %s is refused with a reason: %s",
  async (container, reason, isRefused) => {
    await using world = await workflowWorld(WRAPPED);
    await pushed(world, container, { run: "true" });

    await world.actions.idle();

    const job = jobNamed(world.onlyRun(), "a");
    expect((await logOf(job)).includes(reason)).toBe(isRefused);
    expect(job.conclusion).toBe(isRefused ? "failure" : "success");
  },
);
