/** Model → the short form of repositories in webhooks about installations. */
import type { World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { fullName } from "../world.ts";

/** Repositories as installation webhooks list them. */
export function briefly(world: World, repositoryIds: number[]): Record<string, unknown>[] {
  return repositoryIds.flatMap((id) => {
    const repository = world.repositories.get(id);
    if (!repository) return [];
    const { name, private: hidden } = repository;
    return [
      {
        id,
        node_id: nodeId("Repository", id),
        name,
        full_name: fullName(world, repository),
        private: hidden,
      },
    ];
  });
}
