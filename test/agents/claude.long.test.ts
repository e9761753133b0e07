/** What only Claude Code has, by its real program. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { installed } from "./installed.ts";
import { startModelServer, type Seen } from "./model-server/model-server.ts";
import { VOICES } from "./voices.ts";
import { createWorkbench, play } from "./workbench.ts";

const folder = (await installed("claude")) ?? "";
const voice = VOICES.claude;

describe.runIf(folder !== "")("Claude Code", () => {
  it("says so when its model refuses", async () => {
    using bench = createWorkbench();

    const { outcome } = await play(bench, { voice, folder, answers: [{ refusal: "I will not." }] });

    expect(outcome).toMatchObject({
      end: "provider_refused",
      why: "The model refused to answer (stop reason refusal).",
    });
  });

  it.each([
    {
      name: "everything but the web for a change",
      kind: "implement" as const,
      asking: "work" as const,
      tools: [
        "Agent",
        "Bash",
        "Edit",
        "Glob",
        "Grep",
        "Monitor",
        "NotebookEdit",
        "Read",
        "TaskStop",
        "Write",
      ],
    },
    {
      name: "nothing that edits for a review",
      kind: "review" as const,
      asking: "work" as const,
      tools: ["Agent", "Bash", "Glob", "Grep", "Monitor", "Read", "TaskStop"],
    },
    { name: "nothing for the form alone", kind: "implement" as const, asking: "form" as const, tools: [] },
  ])("has $name", async ({ kind, asking, tools }) => {
    using bench = createWorkbench();

    const { asked } = await play(bench, {
      voice,
      folder,
      job: { kind },
      asking,
      answers: [{ text: "Done." }],
    });

    expect(toolsOf(asked[0])).toEqual(tools);
  });

  it("mends in the session that it has worked in", async () => {
    using bench = createWorkbench();
    const worked = await play(bench, { voice, folder, prompt: "Work.", answers: [{ text: "I worked." }] });
    const resume = String(worked.outcome.state.session);

    const mended = await play(bench, {
      voice,
      folder,
      resume,
      asking: "mend",
      prompt: "Mend.",
      answers: [{ text: "I mended." }],
    });

    expect(mended.outcome).toMatchObject({ end: "completed", state: { session: resume } });
    expect(JSON.stringify(mended.asked[0]?.body)).toMatch(/I worked\..*Mend\./);
  });

  it("would heed the branch's settings if it were not told otherwise", async () => {
    await using theirs = await startModelServer(voice.dialect, [{ text: "Theirs." }]);
    using place = createWorkbench();
    const mark = join(place.root, "mark");
    using bench = createWorkbench(voice.hostile(mark, theirs.url));
    const ours = /^--(?:setting-sources|strict-mcp-config|settings)/;

    await play(bench, {
      voice,
      folder,
      answers: [{ text: "Ours." }],
      command: (command) => ({ ...command, args: command.args.filter((arg) => !ours.test(arg)) }),
    });

    expect(existsSync(mark)).toBe(true);
    expect(theirs.asked).not.toEqual([]);
  });
});

const Body = z.object({ tools: z.array(z.object({ name: z.string() })).default([]) });

/** What stands for tools that are looked up later is no tool. */
function toolsOf(seen: Seen | undefined): string[] {
  const names = Body.parse(seen?.body).tools.map(({ name }) => name);
  return names.filter((name) => name !== "DeferredToolPlaceholder").toSorted();
}
