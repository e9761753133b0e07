/** What the demo can show: each scenario is a project and what its person does. */
import { land, play } from "./play.ts";
import type { Stage } from "./stage.ts";
import type { Timeline } from "./timeline.ts";

interface Scenario {
  /** For the command's help. */
  shows: string;
  /** A folder of `projects`. */
  project: string;
  play: (stage: Stage, timeline: Timeline) => Promise<{ issues: number[] }>;
}

export const SCENARIOS = {
  tasks: {
    shows: "three tasks: one that goes well, one that is reviewed and improved, one that runs out of turns",
    project: "slugs",
    play,
  },
  conflicts: {
    shows: "five tasks on the same files land one after another, without a person",
    project: "units",
    play: land,
  },
} as const satisfies { [name: string]: Scenario };
export type ScenarioName = keyof typeof SCENARIOS;

export const SCENARIO_NAMES = Object.keys(SCENARIOS).filter(isScenario);

function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(SCENARIOS, name);
}
