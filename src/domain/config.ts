/** The config: `.github/gza.yml` on the default branch, zod-strict; every key has a default. */
import { z } from "zod";
import { Dollars, Method } from "./task.ts";

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const SIZES = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** `45m`, `90s`, `2h`, `14d`; read as seconds. */
const Duration = z.string().transform((text, context) => {
  const match = /^(?<count>[1-9]\d{0,5})(?<unit>[smhd])$/.exec(text);
  if (match?.groups) return Number(match.groups.count) * UNITS[match.groups.unit as keyof typeof UNITS];
  context.addIssue({ code: "custom", message: "is no duration; write it like 90s, 45m, 2h or 14d" });
  return z.NEVER;
});

/** `4MiB`, `512KiB`; read as bytes. */
const Size = z.string().transform((text, context) => {
  const match = /^(?<count>[1-9]\d{0,5})(?<unit>KiB|MiB|GiB)$/.exec(text);
  if (match?.groups) return Number(match.groups.count) * SIZES[match.groups.unit as keyof typeof SIZES];
  context.addIssue({ code: "custom", message: "is no size; write it like 512KiB or 4MiB" });
  return z.NEVER;
});

/** A host name, as in `network.tunnel`; no address, no port, no pattern. */
const Host = z
  .string()
  .regex(
    /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "is no host name; write it like files.example.com, without https:// and without a port",
  );

/** A single repetition is no loop yet. */
const Repeats = z.union([z.literal(0), z.number().int().min(2).max(1000)]);

const Shell = z.string().trim().min(1).max(20_000).nullable();

/** How attempts of one kind are run; what is missing comes from `agents.default`. */
const AgentSettings = z.strictObject({
  agent: z.string().optional(),
  model: z.string().nullable().optional(),
  max_turns: z.number().int().min(1).max(10_000).optional(),
  timeout: Duration.optional(),
  silence: Duration.optional(),
  /** Agents that take over while a provider's quota holds the first. */
  fallback: z.array(z.string().min(1)).max(5).optional(),
});

/** Settings of one attempt with nothing left open; `timeout` and `silence` in seconds. */
export interface AgentChoice {
  agent: string;
  model: string | null;
  max_turns: number;
  timeout: number;
  silence: number;
  fallback: string[];
}

/** Kinds of attempts that may have settings of their own. */
const KINDS = ["explore", "implement", "review", "improve", "fix", "rebase"] as const;

const AGENT_DEFAULTS: AgentChoice = {
  agent: "claude",
  model: null,
  max_turns: 100,
  timeout: 45 * 60,
  silence: 10 * 60,
  fallback: [],
};

/** Where a kind differs from that. */
const KIND_DEFAULTS: { [kind in (typeof KINDS)[number]]: Partial<AgentChoice> } = {
  explore: { max_turns: 60, timeout: 20 * 60 },
  implement: {},
  review: { max_turns: 40, timeout: 20 * 60 },
  improve: {},
  fix: {},
  rebase: { max_turns: 60, timeout: 30 * 60 },
};

export const Config = z.strictObject({
  /** The label that makes an issue a task. */
  label: z.string().min(1).max(50).default("gza"),
  agents: z
    .strictObject({
      default: AgentSettings.default({}),
      explore: AgentSettings.default({}),
      implement: AgentSettings.default({}),
      review: AgentSettings.default({}),
      improve: AgentSettings.default({}),
      fix: AgentSettings.default({}),
      rebase: AgentSettings.default({}),
    })
    .default({ default: {}, explore: {}, implement: {}, review: {}, improve: {}, fix: {}, rebase: {} }),
  parallel: z
    .strictObject({
      tasks: z.number().int().min(1).max(100).default(5),
      /** Of these so many may be rebases. */
      rebases: z.number().int().min(1).max(100).default(3),
    })
    .default({ tasks: 5, rebases: 3 }),
  /** US dollars. */
  budget: z
    .strictObject({ task: Dollars.default(10), day: Dollars.default(50) })
    .default({ task: 10, day: 50 }),
  /** Shell text that runs before the agent. */
  setup: Shell.default(null),
  /** Shell text that must end with 0 before work counts as finished. */
  verify: Shell.default(null),
  /**
   * What agents and the commands above run in. `auto`: bubblewrap, else a second user of the machine, else nothing starts; `uid`: that
   * second user; `off`: the bare machine, with the run's own rights.
   */
  sandbox: z.enum(["auto", "uid", "off"]).default("auto"),
  network: z
    .strictObject({
      /** Whether the registries can be read that the repository's package managers are configured for. */
      registries: z.boolean().default(true),
      /** Hosts that can be reached on port 443 beside them: data can leave there. */
      tunnel: z.array(Host).max(50).default([]),
    })
    .default({ registries: true, tunnel: [] }),
  /** Whether an attempt's conversation is kept as an artifact of its run; null: on private repositories only. */
  logs: z.enum(["artifact", "off"]).nullable().default(null),
  review: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Improve attempts that reviews may ask for between two words of a person. */
      cycles: z.number().int().min(0).max(20).default(4),
    })
    .default({ enabled: true, cycles: 4 }),
  /** Whether checks that stay red get a fix attempt. */
  checks: z.strictObject({ fix: z.boolean().default(true) }).default({ fix: true }),
  rebase: z
    .strictObject({
      /** `behind`: also when nothing conflicts, but the base has gone on. */
      when: z.enum(["conflict", "behind"]).default("conflict"),
      /** Shell text that writes a generated file anew, by its path or pattern. */
      regenerate: z.record(z.string().min(1).max(300), Shell.unwrap()).default({}),
    })
    .default({ when: "conflict", regenerate: {} }),
  merge: z
    .strictObject({
      /** `approved`: what GZA's review approved needs no word of a person. */
      when: z.enum(["asked", "approved"]).default("asked"),
      method: Method.default("squash"),
    })
    .default({ when: "asked", method: "squash" }),
  /** How long replaced heads are kept, in seconds. */
  keep: Duration.default(14 * UNITS.d),
  /** How often an agent may do the same before it is stopped; 0: as often as it likes. */
  loops: z
    .strictObject({
      same_call: Repeats.default(5),
      same_error: Repeats.default(5),
      same_test: Repeats.default(8),
    })
    .default({ same_call: 5, same_error: 5, same_test: 8 }),
  /** Ids of the bot accounts whose labels and commands count like those of people with write. */
  bots: z.array(z.number().int().positive()).max(50).default([]),
  guard: z
    .strictObject({
      /** Further paths that no attempt may touch, as glob patterns. */
      protect: z.array(z.string().min(1)).default([]),
      /** Protected paths that attempts may touch all the same. */
      allow: z.array(z.string().min(1)).default([]),
      files: z.number().int().min(1).max(3000).default(100),
      bytes: Size.default(4 * SIZES.MiB),
    })
    .default({ protect: [], allow: [], files: 100, bytes: 4 * SIZES.MiB }),
  /** Words to the agent, in addition to the repository's own instruction files. */
  instructions: z.string().max(20_000).nullable().default(null),
  /** Open pull requests as drafts until they are ready. */
  draft: z.boolean().default(true),
});
export type Config = z.infer<typeof Config>;

export const DEFAULT_CONFIG: Config = Config.parse({});

/**
 * How an attempt of this kind is run: its own settings, over the built-in ones of its kind, over those of `agents.default`, over the
 * built-in ones of all.
 */
export function agentFor(config: Config, kind: string): AgentChoice {
  const named = KINDS.find((one) => one === kind);
  const general = { ...AGENT_DEFAULTS, ...defined(config.agents.default) };
  return named === undefined
    ? general
    : { ...general, ...KIND_DEFAULTS[named], ...defined(config.agents[named]) };
}

function defined<T extends object>(settings: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
