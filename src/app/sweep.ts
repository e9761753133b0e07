/** The sweep: finds what no webhook brought. At the start, and then again and again. */
import type { KeyObject } from "node:crypto";
import type { Logger } from "probot";
import type { Client, RepositoryKey } from "../github/client.ts";
import { RateLimited, Unreachable } from "../github/failure.ts";
import { listInstallations, listRepositories, redeliverFailed } from "../github/installations.ts";
import { sweepRepository } from "../github/sweep-repository.ts";
import type { Base } from "./base-watch.ts";
import type { Clock } from "./clock.ts";
import type { Address } from "./inbox.ts";

export interface SweepDependencies {
  /** Speaks as the App. */
  appClient: () => Promise<Client>;
  clientFor: (installation: number) => Promise<Client>;
  key: KeyObject;
  clock: Clock;
  log: Pick<Logger, "info" | "warn" | "error">;
  wake: (address: Address) => void;
  /** Has GitHub find out what it does not know of the pull requests on a base. */
  follow: (base: Base) => void;
}

/** Everything: failed webhooks first, then each installation. What fails is logged and stops nothing else. */
export async function sweepAll(dependencies: SweepDependencies, isFirst: boolean): Promise<void> {
  const { log, clock } = dependencies;
  const app = await dependencies.appClient();
  await guarded(log, { what: "redelivery" }, async () => {
    const asked = await redeliverFailed(app, clock.now());
    if (asked > 0) log.info({ asked }, "asked again for webhooks that did not arrive");
  });
  await guarded(log, { what: "installations" }, async () => {
    for (const installation of await listInstallations(app))
      await sweepInstallation(installation, dependencies, isFirst);
  });
}

export async function sweepInstallation(
  installation: number,
  dependencies: SweepDependencies,
  isFirst = false,
): Promise<void> {
  await guarded(dependencies.log, { what: "installation", installation }, async () => {
    const client = await dependencies.clientFor(installation);
    for (const repository of await listRepositories(client)) {
      await sweepOne({ installation, repository }, dependencies, isFirst);
    }
  });
}

export async function sweepOne(
  { installation, repository }: { installation: number; repository: RepositoryKey },
  { clientFor, key, log, wake, follow }: SweepDependencies,
  isFirst = false,
): Promise<void> {
  const name = `${repository.owner}/${repository.name}`;
  await guarded(log, { what: "repository", repository: name }, async () => {
    const client = await clientFor(installation);
    const { wake: issues, bases, removed } = await sweepRepository(client, repository, { key, isFirst });
    if (removed.length > 0) log.warn({ repository: name, removed }, "removed what no record needs any more");
    for (const issue of issues) wake({ installation, repository, issue });
    for (const branch of bases) follow({ installation, repository, branch });
  });
}

/** A broken repository or a suspended installation must not keep the others from being swept; the next sweep tries again. */
async function guarded(
  log: SweepDependencies["log"],
  where: { [name: string]: unknown },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RateLimited)
      log.warn({ ...where, until: error.until }, "the sweep reached GitHub's rate limit");
    else if (error instanceof Unreachable)
      log.warn({ ...where, err: error }, "an installation cannot be reached");
    else log.error({ ...where, err: error }, "a part of the sweep failed; the next one tries again");
  }
}
