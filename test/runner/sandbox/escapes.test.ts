import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layBait, type Bait } from "./bait.ts";
import { hasBubblewrap, openedSandbox, type Opened } from "./opened.ts";
import { ended, script, TRIES } from "./tries.ts";

describe.skipIf(!(await hasBubblewrap()))("a program in bubblewrap cannot", () => {
  let opened: Opened;
  let bait: Bait;
  let inside: Map<string, boolean>;
  beforeAll(async () => {
    bait = await layBait();
    const path = `${join(bait.person, ".cargo", "bin")}:${bait.person}:${tmpdir()}:${process.env["PATH"]}`;
    opened = await openedSandbox({ environment: { ...process.env, HOME: bait.person, PATH: path } });
    await writeFile(join(opened.temp, "job.json"), "canary");
    await symlink(bait.base, join(opened.clone, "way-out"));
    bait.env["TEMP"] = opened.temp;
    inside = ended((await opened.run(script(TRIES), { env: bait.env })).out);
  }, 120_000);
  afterAll(async () => {
    await opened.close();
    await bait.close();
  });

  it.each(TRIES)("$does", ({ does }) => {
    expect(inside.get(does)).toBe(false);
  });

  it("do any of it only because of the sandbox", async () => {
    const child = spawn("bash", ["-c", script(TRIES.filter((one) => one.outside))], {
      cwd: opened.clone,
      env: { PATH: process.env["PATH"], ...bait.env },
    });
    const outside = ended(await text(child.stdout));

    expect([...outside].filter(([, isPossible]) => !isPossible)).toEqual([]);
  });

  it("leave anything outside its rooms", async () => {
    const written = [bait.base, opened.temp, tmpdir()].map((folder) =>
      join(folder, `written-${randomUUID()}`),
    );
    // What it can write in memory, under the same names, is gone with it.
    await opened.run(written.map((file) => `mkdir -p "$(dirname ${file})"; echo x > ${file}`).join("; "));

    expect(written.filter((file) => existsSync(file))).toEqual([]);
  });

  it("see more variables than its own", async () => {
    const { out } = await opened.run("env -u PWD -u SHLVL -u _ | sort", { env: { OWN: "1" } });

    expect(out.split("\n").map((line) => line.split("=")[0])).toEqual(["HOME", "OWN", "PATH", ""]);
  });

  it("see more of the person's home than its folders of programs", async () => {
    const { out } = await opened.run(`ls -A "${bait.person}" "${bait.person}/.cargo"`);

    expect(out).toBe(`${bait.person}:\n.cargo\n\n${bait.person}/.cargo:\nbin\n`);
  });
});
