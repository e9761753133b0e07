/** Reads an `action.yml`, checked by GitHub's own parser. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { conditionedSteps, type StepDefinition } from "./definition.ts";

// Loaded after definition.ts has told Node how to load the parser's schema.
const [{ parseAction }, { convertActionTemplate }, { NoOperationTraceWriter }] = await Promise.all([
  import("@actions/workflow-parser/actions/action-parser"),
  import("@actions/workflow-parser/actions/action-template"),
  import("@actions/workflow-parser"),
]);

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const Action = z.object({
  name: z.string().default(""),
  inputs: z.record(z.string(), z.object({ default: Scalar.optional() }).nullable()).nullish(),
  outputs: z.record(z.string(), z.object({ value: Scalar.optional() }).nullable()).nullish(),
  runs: z.object({
    using: z.string(),
    main: z.string().optional(),
    pre: z.string().optional(),
    "pre-if": z.string().optional(),
    post: z.string().optional(),
    "post-if": z.string().optional(),
    steps: z.array(z.unknown()).optional(),
  }),
});

type Action = z.infer<typeof Action>;

export interface ActionDefinition {
  directory: string;
  name: string;
  /** Default of each declared input; null where there is none. */
  inputs: Record<string, string | number | boolean | null>;
  /** Expressions that give a composite action's outputs. */
  outputs: Record<string, string | number | boolean | null>;
  runs: Action["runs"];
  steps: StepDefinition[];
}

/** Null when the folder holds neither `action.yml` nor `action.yaml`. Throws what the parser says against it. */
export async function readAction(directory: string): Promise<ActionDefinition | null> {
  for (const name of ["action.yml", "action.yaml"]) {
    const path = join(directory, name);
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
      throw error;
    });
    if (text !== null) return readText(directory, name, text);
  }
  return null;
}

function readText(directory: string, name: string, text: string): ActionDefinition {
  const parsed = parseAction({ name, content: text }, new NoOperationTraceWriter());
  const errors = parsed.context.errors.getErrors().map((error) => error.message);
  if (errors.length > 0 || !parsed.value) throw new Error(`Failed to load ${name}: ${errors.join("\n")}`);
  const template = convertActionTemplate(parsed.context, parsed.value);
  const { runs, inputs, outputs, name: title } = Action.parse(parse(text));
  const parsedSteps = template.runs.using === "composite" ? template.runs.steps : [];
  return {
    directory,
    name: title,
    inputs: Object.fromEntries(
      Object.entries(inputs ?? {}).map(([id, input]) => [id, input?.default ?? null]),
    ),
    outputs: Object.fromEntries(
      Object.entries(outputs ?? {}).map(([id, output]) => [id, output?.value ?? null]),
    ),
    runs,
    steps: conditionedSteps(runs.steps ?? [], parsedSteps),
  };
}
