import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBubblewrap, openedSandbox, printed, running, says, type Opened } from "./opened.ts";

describe.skipIf(!(await hasBubblewrap()))("programs in bubblewrap", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openedSandbox();
  });
  afterAll(() => opened.close());

  it("work in the clone and the home, and reach the gateway", async () => {
    const { run, clone, home } = opened;
    const { out, code } = await run("pwd; cat > read; echo made > ~/made; curl -s http://127.0.0.1:3128/", {
      input: "typed",
    });

    expect({ out, code }).toEqual({ out: `${clone}\nhello\n`, code: 0 });
    expect(await readFile(join(clone, "read"), "utf8")).toBe("typed");
    expect(await readFile(join(home, "made"), "utf8")).toBe("made\n");
  });

  it.each([
    ["exit 7", { code: 7, signal: null, failure: null }],
    ["exit 137", { code: 137, signal: null, failure: null }],
    ["kill -KILL $$", { code: null, signal: "SIGKILL", failure: null }],
    ["kill -TERM $$", { code: null, signal: "SIGTERM", failure: null }],
  ])("end outside as inside: %s", async (text, end) => {
    const { run } = opened;
    expect(await run(text)).toMatchObject(end);
  });

  it("that cannot be started are told from those that fail", async () => {
    const { sandbox, clone } = opened;
    const group = sandbox.start({
      file: "no-such-program",
      args: [],
      cwd: clone,
      env: { PATH: "/usr/bin" },
    });

    expect((await group.exit).failure?.message).toContain("ENOENT");
    await group.sweep();
  });

  it("get the polite signals and can save themselves", async () => {
    const { start } = opened;
    const group = start(`trap 'echo saved; exit 3' INT; echo ready; while :; do read -t 1 line; done`, {
      patience: { interrupt: 20_000, terminate: 20_000 },
    });
    const out = printed(group);
    await says(group, "ready");
    await group.stop();

    expect(await group.exit).toMatchObject({ code: 3, signal: null });
    expect(await out).toContain("saved");
  });

  it("that ignore the polite signals are killed", async () => {
    const { start } = opened;
    const group = start(`trap '' INT TERM; echo ready; while :; do read -t 1 line; done`, {
      patience: { interrupt: 50, terminate: 50 },
    });
    await says(group, "ready");
    await group.stop();

    expect(await group.exit).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it.each([
    ["after its own end", "exit 0"],
    ["when it is stopped", "read line"],
  ])("leave nothing behind %s, whatever they did to get away", async (_, last) => {
    const { start } = opened;
    const mark = `stay-${randomUUID()}`;
    const away = `setsid env -i bash -c 'setsid env -i bash -c "exec -a ${mark} sleep 1000" & exec -a ${mark} sleep 1000' </dev/null >/dev/null 2>&1 &`;
    const group = start(`${away} until [ $(pgrep -cf "^${mark}") = 2 ]; do :; done; echo ready; ${last}`, {
      patience: { interrupt: 50, terminate: 50 },
    });
    await says(group, "ready");
    if (last === "exit 0") {
      await group.exit;
      await group.sweep();
    } else await group.stop();

    expect(await running(mark)).toEqual([]);
  });

  it("are ended with the sandbox", async () => {
    const other = await openedSandbox();
    const mark = `stay-${randomUUID()}`;
    const group = other.start(`echo ready; exec -a ${mark} sleep 1000`, {
      patience: { interrupt: 50, terminate: 50 },
    });
    await says(group, "ready");
    await other.close();

    expect(await running(mark)).toEqual([]);
    expect((await group.exit).signal).not.toBe(null);
  });
});
