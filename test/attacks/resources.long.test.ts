/** Family I: more than a machine, a log or a person can take, in real workflow runs. It is bounded, and said. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLimits, usualBounds } from "../../src/runner/sandbox/limits.ts";
import { hasBubblewrap, running } from "../runner/sandbox/opened.ts";
import { CONFIG, hostileStory, type HostileStory } from "./hostile-story.ts";

const MIB = 1024 ** 2;
const where = { owner: "ada", repo: "engine" };

describe.skipIf(!(await hasBubblewrap()))("a flood", () => {
  let world: HostileStory;
  beforeAll(async () => {
    world = await hostileStory(() => ({
      1: {
        implement: [
          { run: "head -c 20000000 /dev/zero | tr '\\0' x" },
          {
            run: "mkdir -p many/files; cat $(find ~ -name '*.jsonl') | head -c 900000 > told.txt; echo done > many/files/a",
          },
          { say: "x".repeat(2_000_000) },
        ],
      },
      // The second number is the pull request of the first.
      3: { implement: [{ run: "head -c 300000000 /dev/urandom > big.bin" }, { say: "It is done." }] },
    }));
    const { from } = world;
    await from.push(
      ".github/gza.yml",
      `${CONFIG}verify: head -c 30000000 /dev/zero | tr '\\0' x | fold -w 60000\n`,
    );
    await from.begin();
    const { data } = await from.ada.rest.issues.create({
      ...where,
      title: "Write",
      body: "word ".repeat(13_000),
    });
    await from.say(data.number, "one of many ".repeat(5000));
    crowd(world, 5000);
    await from.ada.rest.issues.addLabels({ ...where, issue_number: data.number, labels: ["gza"] });
    await from.until(1, ({ phase }) => phase === "ready");
    await from.ask();
    await from.until(3, ({ attempts, attempt }) => attempts.length > 0 && attempt === null);
  }, 600_000);
  afterAll(() => world[Symbol.asyncDispose]());

  it("I8 of an agent's words and of a command's output is cut off in every log, and the cut is said", () => {
    const [agent] = world.from.runs()[0]?.jobs ?? [];
    const log = readFileSync(agent?.log ?? "", "utf8");

    expect(log.length).toBeGreaterThan(10 * MIB);
    expect(log.length).toBeLessThan(20 * MIB);
    expect(log).toContain("What else is printed is not shown here.");
    expect(world.artifact(1, "agent.log")?.byteLength ?? 0).toBeLessThanOrEqual(10 * MIB);
    expect(world.rawReport(1).last_words.length).toBeLessThanOrEqual(8000);
  });

  it("I9 of files ends the attempt with its reason, and leaves no bundle", () => {
    const { attempts } = world.from.record(3) ?? {};

    expect(attempts).toMatchObject([
      { end: expect.stringMatching(/^(?:bad_report|guard_refused)$/) as string },
    ]);
    expect(world.rawReport(3).summary + JSON.stringify(world.rawReport(3).refused)).toMatch(/MiB|bytes|big/);
    expect(world.artifact(3, "work.bundle")?.byteLength ?? 0).toBeLessThan(64 * MIB);
  });

  it("I10 of comments gives a brief of bounded length", () => {
    const pull = world.from.record(1)?.pull ?? 0;
    const told = world.from.git("show", `${world.from.record(1)?.branch}:told.txt`);

    expect(told.length).toBeLessThan(300_000);
    expect(world.from.issue(pull).body?.length).toBeLessThan(65_536);
  });
});

/** Found again by its argument. */
const SLEEP = "86413";

describe.skipIf(!(await hasBubblewrap()) || !(await hasGroups()) || !canMount())(
  "an agent that takes",
  () => {
    const usual = process.env["TMPDIR"];
    const disk = mkdtempSync(join(tmpdir(), "disk-"));
    let world: HostileStory;
    beforeAll(async () => {
      // A disk of its own: nobody else is short of room when it is full.
      mount(disk);
      process.env["TMPDIR"] = disk;
      const note = { write: { path: "note.txt", content: "It was here.\n" } };
      const forks = `perl -e 'while (defined(my $p = fork)) { $p or exec qw(sleep ${SLEEP}) }' > /dev/null 2>&1`;
      const fills = "while :; do head -c 10000000 /dev/zero >> ~/full; done 2> /dev/null";
      world = await hostileStory(() => ({
        1: { implement: [note, { run: forks }, { end: "crash" }] },
        2: { implement: [note, { run: fills }] },
      }));
      const { from } = world;
      await from.begin();
      for (const issue of [await from.ask(), await from.ask()])
        await from.until(issue, ({ phase }) => phase === "parked");
    }, 900_000);
    afterAll(async () => {
      await world[Symbol.asyncDispose]();
      if (usual === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = usual;
      execFileSync("umount", ["--lazy", disk]);
      rmSync(disk, { recursive: true });
    });

    it("I11 every process that there may be is ended with all of them, and people are told why", async () => {
      expect(world.rawReport(1)).toMatchObject({
        end: "infrastructure",
        summary: expect.stringContaining("wanted more than 2048 processes at once") as string,
      });
      expect(world.from.said(1).join("\n")).toContain("wanted more than 2048 processes at once");
      expect(await running(`sleep\0${SLEEP}`)).toEqual([]);
    });

    it("I12 all of the disk is ended before it is full, and people are told why", () => {
      expect(world.rawReport(2)).toMatchObject({
        end: "infrastructure",
        summary: expect.stringContaining("were free on the disk") as string,
      });
      expect(world.from.said(2).join("\n")).toContain("were free on the disk");
      expect(world.artifact(2, "work.bundle")).not.toBeNull();
    });
  },
);

function mount(folder: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=600m", "none", folder], { stdio: "ignore" });
}

/** Only root may, and not in every container. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "disk-"));
  try {
    mount(folder);
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without a control group the bound on processes does not hold for root. */
async function hasGroups(): Promise<boolean> {
  const limits = await openLimits(await usualBounds(tmpdir()));
  await limits.close();
  return limits.kind === "cgroup";
}

/** As many more comments like the newest, made without a request for each. */
function crowd({ from: { repository } }: HostileStory, count: number): void {
  const [newest] = [...repository.comments.values()].slice(-1);
  if (newest === undefined) throw new Error("there is no comment to copy");
  for (let n = 1; n <= count; n += 1)
    repository.comments.set(newest.id + n * 1000, { ...newest, id: newest.id + n * 1000 });
}
