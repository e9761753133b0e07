/** The `container:` of a job: what its definition asks for, and what whoever plays it must be able to do. */
import { z } from "zod";
import { renderText, renderTexts, type Scope } from "./expression.ts";
import type { Command, Running } from "./process.ts";
import { StepFailure } from "./step-failure.ts";

export interface Container {
  /** Who plays it and how, for the log. */
  words: string;
  environment: Record<string, string>;
  /** Where programs are searched for inside. */
  path: string;
  start: (command: Command) => Running;
  /** Ends whatever is left inside and leaves nothing of the container. */
  close: () => Promise<void>;
}

export interface WantedContainer {
  image: string;
  environment: Record<string, string>;
  /** Words of the engine's command line. */
  options: string[];
  volumes: string[];
}

const Definition = z.union([
  z.string().transform((image) => ({ image, env: {}, options: "", volumes: [] })),
  z.strictObject({
    image: z.string(),
    env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
    options: z.string().default(""),
    volumes: z.array(z.string()).default([]),
  }),
]);

/** What GitHub refuses, because the runner decides it. */
const NEVER = /^--(?:network|entrypoint)(?:=|$)/;

/** Null: the job has none, or its image is an empty text, which is none on GitHub too. Throws for what is not played. */
export function wantedContainer(definition: unknown, scope: Scope): WantedContainer | null {
  if (definition === undefined || definition === null) return null;
  const parsed = Definition.safeParse(definition);
  if (!parsed.success)
    throw new StepFailure(
      "The playground plays `image:`, `env:`, `options:` and `volumes:` of a `container:` and nothing else: take the rest out",
    );
  const { env, volumes } = parsed.data;
  const image = renderText(parsed.data.image, scope);
  if (image === "") return null;
  const text = renderText(parsed.data.options, scope);
  if (/["'\\]/.test(text))
    throw new StepFailure("The playground plays the options of a `container:` without quotes: take them out");
  const options = text.split(/\s+/).filter((word) => word !== "");
  const never = options.find((word) => NEVER.test(word));
  if (never !== undefined)
    throw new StepFailure(`GitHub does not take the option '${never}' of a \`container:\`: take it out`);
  return {
    image,
    environment: renderTexts(env, scope),
    options,
    volumes: volumes.map((volume) => renderText(volume, scope)),
  };
}
