import type { Env } from "../env.ts";
import type { FunctionName } from "../fc/names.ts";
import { variables } from "../variables.ts";
import type { RegistryRpc } from "./registryMessages.ts";
import type { FunctionRpc, SandboxRpc } from "./rpc.ts";

// The bindings are not typed with the classes, because the classes' types depend on the bindings' types.

/**
 * The object of one function. A function's name has no "/", so every object's name is unique. `caller` is the object that
 * calls, if one does.
 */
export function functionObject(env: Env, sandbox: string, name: FunctionName, caller?: DurableObjectId) {
  const namespace = env.FUNCTION as DurableObjectNamespace<FunctionRpc>;
  return objectOf(namespace, `${sandbox}/${name.service}/${name.function}`, env, caller);
}

/** The object of one sandbox. `caller` is the object that calls, if one does. */
export function sandboxObject(env: Env, sandbox: string, caller?: DurableObjectId) {
  const namespace = env.SANDBOX as DurableObjectNamespace<SandboxRpc>;
  return objectOf(namespace, sandbox, env, caller);
}

function objectOf<O extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<O>,
  name: string,
  env: Env,
  caller: DurableObjectId | undefined,
): DurableObjectStub<O> {
  const { jurisdiction: given, locationHint } = variables(env);
  // An alarm of an object that was created before the variable changed must not reach objects of the same names elsewhere.
  const jurisdiction = caller ? (caller.jurisdiction as DurableObjectJurisdiction | undefined) : given;
  const placed = jurisdiction === undefined ? namespace : namespace.jurisdiction(jurisdiction);
  // A hint counts for an object that is not there yet.
  return locationHint === undefined ? placed.getByName(name) : placed.getByName(name, { locationHint });
}

/** Why the platform can't place objects as the variables say, as a sentence for people; undefined when it can. */
export function placementError(env: Env): string | undefined {
  const { jurisdiction } = variables(env);
  try {
    if (jurisdiction !== undefined) env.SANDBOX.jurisdiction(jurisdiction);
    return undefined;
  } catch {
    return `The variable JURISDICTION must be empty on a platform without jurisdictions, which only Cloudflare has, but is "${jurisdiction}".`;
  }
}

/** How many objects the registry has. It never changes: a sandbox's shard would no longer be found. */
const REGISTRY_SHARDS = 16;

/** A shard of the registry, by its number. */
function registryShard(env: Env, shard: number, caller?: DurableObjectId) {
  const namespace = env.REGISTRY as DurableObjectNamespace<RegistryRpc>;
  return objectOf(namespace, `registry ${shard}`, env, caller);
}

/** The shard that has what is of the deployment as a whole. */
export function firstRegistryShard(env: Env, caller?: DurableObjectId) {
  return registryShard(env, 0, caller);
}

/** All shards of the registry. */
export function registryShards(env: Env) {
  return Array.from({ length: REGISTRY_SHARDS }, (_, shard) => registryShard(env, shard));
}

/**
 * The shard of an invitation, or of a sandbox that was created without one. Ids are random, so their characters spread.
 * `caller` is the object that calls, if one does.
 */
export function registryShardOf(env: Env, id: string, caller?: DurableObjectId) {
  let hash = 0;
  for (const character of id) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return registryShard(env, (hash >>> 0) % REGISTRY_SHARDS, caller);
}
