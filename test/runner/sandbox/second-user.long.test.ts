import { randomUUID } from "node:crypto";
import { stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layBait, type Bait } from "./bait.ts";
import { openedSandbox, opening, printed, running, says, type Opened } from "./opened.ts";
import { ended, script, TRIES } from "./tries.ts";

// It makes the user `gza-agent`, which only a machine of root's own is asked for.
describe.skipIf(process.getuid?.() !== 0)("a program of the second user", () => {
  let opened: Opened;
  let bait: Bait;
  let inside: Map<string, boolean>;
  beforeAll(async () => {
    bait = await layBait();
    const path = `${join(bait.person, ".cargo", "bin")}:${bait.person}:${tmpdir()}:${process.env["PATH"]}`;
    const environment = { ...process.env, HOME: bait.person, PATH: path };
    opened = await openedSandbox({ open: opening("uid"), environment });
    await writeFile(join(opened.temp, "job.json"), "canary");
    await symlink(bait.base, join(opened.clone, "way-out"));
    bait.env["TEMP"] = opened.temp;
    inside = ended((await opened.run(script(TRIES), { env: bait.env })).out);
  }, 300_000);
  afterAll(async () => {
    await opened.close();
    await bait.close();
  });

  it.each(TRIES.filter(({ filtered }) => filtered !== true))("cannot $does", ({ does }) => {
    expect(inside.get(does)).toBe(false);
  });

  it("works in the clone and the home, and reaches the gateway", async () => {
    const { run, clone, home } = opened;
    const { out, code } = await run(
      "id -un; pwd; cat > read; echo made > ~/made; curl -s http://127.0.0.1:3128/",
      {
        input: "typed",
      },
    );

    expect({ out, code }).toEqual({ out: `agent\n${clone}\nhello\n`, code: 0 });
    expect((await stat(join(clone, "read"))).size).toBe(5);
    expect((await stat(join(home, "made"))).size).toBe(5);
  });

  it.each([
    ["exit 7", { code: 7, signal: null }],
    ["kill -TERM $$", { code: null, signal: "SIGTERM" }],
  ])("ends outside as inside: %s", async (text, end) => {
    expect(await opened.run(text)).toMatchObject(end);
  });

  it("gets the polite signals and can save itself", async () => {
    const group = opened.start(
      `trap 'echo saved; exit 3' INT; echo ready; while :; do read -t 1 line; done`,
      {
        patience: { interrupt: 20_000, terminate: 20_000 },
      },
    );
    const out = printed(group);
    await says(group, "ready");
    await group.stop();

    expect(await group.exit).toMatchObject({ code: 3, signal: null });
    expect(await out).toContain("saved");
  });

  it("that ignores the polite signals is killed with all that it started", async () => {
    const mark = `stay-${randomUUID()}`;
    const away = `setsid env -i bash -c "exec -a ${mark} sleep 1000" </dev/null >/dev/null 2>&1 &`;
    const text = `trap '' INT TERM; ${away} until [ $(pgrep -cf "^${mark}") = 1 ]; do :; done; echo ready`;
    const group = opened.start(`${text}; while :; do read -t 1 line; done`, {
      patience: { interrupt: 50, terminate: 50 },
    });
    await says(group, "ready");
    expect(await running(mark)).not.toEqual([]);
    await group.stop();

    expect(await group.exit).toMatchObject({ code: null, signal: "SIGKILL" });
    expect(await running(mark)).toEqual([]);
  });

  it("has its rooms only as long as it runs", async () => {
    const owner = async (): Promise<number> => (await stat(join(opened.clone, "made"))).uid;
    const group = opened.start("echo made > made; ln -s /etc/hostname link; echo ready; read line");
    await says(group, "ready");
    expect(await owner()).not.toBe(0);
    group.child.stdin.end("\n");
    await group.exit;

    expect(await owner()).toBe(0);
    expect((await opened.run("echo more >> made")).code).toBe(0);
    await group.sweep();
  });
});
