/** Reads as the App itself: its installations, and the webhooks that did not arrive. */
import { z } from "zod";
import type { Client, RepositoryKey } from "./client.ts";

const Installations = z.array(z.looseObject({ id: z.number(), suspended_at: z.string().nullish() }));
const Repositories = z.looseObject({
  repositories: z.array(
    z.looseObject({
      id: z.number(),
      name: z.string(),
      owner: z.looseObject({ login: z.string() }),
      archived: z.boolean().optional(),
      disabled: z.boolean().optional(),
    }),
  ),
});
const Deliveries = z.array(
  z.looseObject({
    id: z.number(),
    guid: z.string(),
    status: z.string(),
    status_code: z.number(),
    redelivery: z.boolean(),
    delivered_at: z.string(),
  }),
);
type Delivery = z.infer<typeof Deliveries>[number];

/** GitHub keeps deliveries that long; older ones cannot be asked for again. */
const DELIVERY_DAYS = 3;
const DELIVERY_PAGES = 20;

/** Ids of the installations that are not suspended. `app`: a client that speaks as the App. */
export async function listInstallations(app: Client): Promise<number[]> {
  const installations: number[] = [];
  for (let page = 1; ; page += 1) {
    const response = await app.request("GET /app/installations", { per_page: 100, page });
    const listed = Installations.parse(response.data);
    installations.push(...listed.filter(({ suspended_at }) => !suspended_at).map(({ id }) => id));
    if (listed.length < 100) return installations;
  }
}

/** The repositories that this installation may use and that can still change. */
export async function listRepositories(client: Client): Promise<RepositoryKey[]> {
  const found: RepositoryKey[] = [];
  for (let page = 1; ; page += 1) {
    const response = await client.request("GET /installation/repositories", { per_page: 100, page });
    const { repositories } = Repositories.parse(response.data);
    const living = repositories.filter(({ archived, disabled }) => archived !== true && disabled !== true);
    found.push(...living.map(({ id, name, owner }) => ({ id, name, owner: owner.login })));
    if (repositories.length < 100) return found;
  }
}

/** Asks once more for each webhook that failed in the last three days and was never asked for; answers how many those were. */
export async function redeliverFailed(app: Client, now: number): Promise<number> {
  const failed = await listFailed(app, now - DELIVERY_DAYS * 86_400_000);
  for (const { id } of failed) {
    await app.request("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: id });
  }
  return failed.length;
}

/** A redelivery has the guid of its first attempt: a guid that arrived, or was tried again already, is left alone. */
async function listFailed(app: Client, since: number): Promise<Delivery[]> {
  const deliveries = await listDeliveries(app, since);
  const settled = new Set(deliveries.filter(isSettled).map(({ guid }) => guid));
  const newest = new Map<string, Delivery>();
  for (const delivery of deliveries) if (!newest.has(delivery.guid)) newest.set(delivery.guid, delivery);
  return [...newest.values()].filter(({ guid }) => !settled.has(guid));
}

function isSettled({ status_code, redelivery }: Delivery): boolean {
  return redelivery || (status_code >= 200 && status_code < 300);
}

async function listDeliveries(app: Client, since: number): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  let cursor: string | undefined;
  for (let page = 1; page <= DELIVERY_PAGES; page += 1) {
    const response = await app.request("GET /app/hook/deliveries", {
      per_page: 100,
      ...(cursor !== undefined && { cursor }),
    });
    const listed = Deliveries.parse(response.data);
    const young = listed.filter(({ delivered_at }) => Date.parse(delivered_at) >= since);
    deliveries.push(...young);
    cursor = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(response.headers.link ?? "")?.[1];
    if (young.length < listed.length || cursor === undefined) return deliveries;
  }
  return deliveries;
}
