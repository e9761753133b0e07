/** Takes in what webhooks ask to look at; what they do not name is found out beside the answer to GitHub. */
import type { Logger } from "probot";
import { issueOfBranch } from "../domain/names.ts";
import type { Client, RepositoryKey } from "../github/client.ts";
import { pullBranch } from "../github/pull-branch.ts";
import type { Base } from "./base-watch.ts";
import { ECHO_MILLISECONDS, type Echoes } from "./echo.ts";
import { wakesOf, type Wake } from "./events.ts";
import type { Address } from "./inbox.ts";
import type { MergeGroup } from "./merge-group.ts";
import type { PeoplePull } from "./people-pull.ts";

export interface TakeDependencies {
  clientFor: (installation: number) => Promise<Client>;
  wake: (address: Address) => void;
  wakeLater: (address: Address, milliseconds: number) => void;
  /** Something came to a base. */
  pushed: (base: Base) => void;
  leave: (installation: number, repositories: readonly number[] | null) => void;
  /** Has the next request of the installation made with a new token. */
  expire: (installation: number) => Promise<void>;
  echoes: Pick<Echoes, "isEcho">;
  sweepInstallation: (installation: number) => Promise<void>;
  sweepRepository: (where: { installation: number; repository: RepositoryKey }) => Promise<void>;
  /** Tells a merge queue whether GZA's review stands behind what it is about to merge. */
  answerGroup: (group: MergeGroup) => Promise<void>;
  answerPeople: (pull: PeoplePull) => Promise<void>;
  log: Pick<Logger, "error" | "warn">;
}

/** What has to be found out first. */
type Searched = Exclude<Wake, { kind: "task" | "base" }>;

export interface Intake {
  /** Returns at once. */
  take(name: string, payload: unknown): void;
  /** Resolves when all that was taken in has reached the inbox. */
  settled(): Promise<void>;
}

export function createIntake(dependencies: TakeDependencies): Intake {
  const { log, echoes } = dependencies;
  const underWay = new Set<Promise<void>>();

  function take(name: string, payload: unknown): void {
    const wakes = wakesOf(name, payload);
    if (wakes === "unknown") {
      log.warn({ event: name }, "a webhook has an unknown shape; the sweep will find what it meant");
      return;
    }
    const wake = echoes.isEcho(name, payload) ? later : dependencies.wake;
    for (const one of wakes) {
      if (one.kind === "task") wake(one);
      else if (one.kind === "base") dependencies.pushed(one);
      else look(one, { ...dependencies, wake: one.kind === "pull" ? wake : dependencies.wake }, name);
    }
  }

  function later(address: Address): void {
    dependencies.wakeLater(address, ECHO_MILLISECONDS);
  }

  function look(one: Searched, found: TakeDependencies, event: string): void {
    const work = resolve(one, found)
      // The webhook is answered already; what it meant is found by the sweep.
      .catch((error: unknown) => log.error({ event, err: error }, "a webhook's task could not be found"))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  }

  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
  }

  return { take, settled };
}

async function resolve(one: Searched, dependencies: TakeDependencies): Promise<void> {
  const { clientFor, wake } = dependencies;
  if (one.kind === "leaving") {
    dependencies.leave(one.installation, one.repositories);
    return dependencies.expire(one.installation);
  }
  if (one.kind === "installation") {
    await dependencies.expire(one.installation);
    return dependencies.sweepInstallation(one.installation);
  }
  if (one.kind === "group") return dependencies.answerGroup(one);
  if (one.kind === "people") return dependencies.answerPeople(one);
  if (one.kind === "repository") return dependencies.sweepRepository(one);
  const { installation, repository } = one;
  const client = await clientFor(installation);
  const issue = issueOfBranch((await pullBranch(client, repository, one.pull)) ?? "");
  if (issue !== null) wake({ installation, repository, issue });
}
