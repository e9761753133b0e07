/** What only Codex has, by its real program. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { installed } from "./installed.ts";
import { startModelServer } from "./model-server/model-server.ts";
import { VOICES } from "./voices.ts";
import { createWorkbench, play } from "./workbench.ts";

const folder = (await installed("codex")) ?? "";
const voice = VOICES.codex;

describe.runIf(folder !== "")("Codex", () => {
  it("works with its own choice of a model, whose one tool runs scripts", async () => {
    using bench = createWorkbench();
    const script = `
      const seen = await tools.exec_command({ cmd: "cat README.md" });
      await tools.apply_patch("*** Begin Patch\\n*** Update File: README.md\\n@@\\n-# Demo\\n+# Show\\n*** End Patch\\n");
      text(seen.output);
    `;

    const { outcome } = await play(bench, {
      voice: { ...voice, model: null },
      folder,
      answers: [{ calls: [{ name: "exec", input: script }] }, { text: "All is done." }],
    });

    expect(outcome).toMatchObject({ end: "completed", state: { lastWords: "All is done." } });
    expect(outcome.state.tools).toEqual({ Bash: 1, apply_patch: 1 });
    expect(bench.read("README.md")).toBe("# Show\n");
  });

  it("offers its model nothing that reaches other services or starts other agents", async () => {
    using bench = createWorkbench();

    const { asked } = await play(bench, { voice, folder, answers: [{ text: "Done." }] });

    const { tools } = Body.parse(asked[0]?.body);
    expect(tools.map(({ name }) => name).toSorted()).toEqual(["exec_command", "view_image", "write_stdin"]);
  });

  it("may edit one file again and again", async () => {
    using bench = createWorkbench();
    const numbers = [1, 2, 3, 4, 5, 6, 7];
    const edits = numbers.flatMap((n) =>
      voice.edit("README.md", n === 1 ? "# Demo" : `# ${n - 1}`, `# ${n}`),
    );

    const { outcome } = await play(bench, { voice, folder, answers: [...edits, { text: "All is done." }] });

    expect(outcome).toMatchObject({ end: "completed", state: { tools: { apply_patch: 7 } } });
    expect(bench.read("README.md")).toBe("# 7\n");
  });

  it("is not left to wait for hours when its provider asks it to", async () => {
    using bench = createWorkbench();
    const answers = [{ status: 429, word: "rate_limit_exceeded", headers: { "retry-after": "3600" } }];

    const { outcome } = await play(bench, { voice, folder, answers, limits: { silence: 20 } });

    expect(outcome).toMatchObject({ end: "quota" });
  });

  it("would heed the branch's settings if it trusted its folder", async () => {
    await using theirs = await startModelServer(voice.dialect, [{ text: "Theirs." }]);
    using place = createWorkbench();
    const mark = join(place.root, "mark");
    using bench = createWorkbench(voice.hostile(mark, theirs.url));
    const trust = `projects.${JSON.stringify(bench.clone)}.trust_level = "trusted"\n`;

    await play(bench, {
      voice,
      folder,
      answers: [{ text: "Ours." }],
      command: (command) => ({
        ...command,
        files: { ".codex/config.toml": trust },
        args: withoutTrust(command.args).filter((arg) => arg !== "--ignore-user-config"),
      }),
    });

    expect(existsSync(mark)).toBe(true);
  });
});

const Body = z.object({ tools: z.array(z.object({ name: z.string() })) });

/** Without the pair of arguments that says that the clone is not trusted. */
function withoutTrust(args: readonly string[]): string[] {
  const at = args.findIndex((arg) => arg.includes(".trust_level="));
  return args.toSpliced(at - 1, 2);
}
