import { ok, type Result } from "../../lib/result.ts";
import { rfc3339 } from "../../lib/time.ts";
import { parseItems, readJsonBody } from "../bodyItems.ts";
import { type ApiError, failure, invalid } from "../errors.ts";
import { withDefaults } from "../itemDefaults.ts";
import { itemsBody, nameSchema } from "../itemSchemas.ts";
import { type ListRequest, listReader, pageOfResources, renderList } from "../listRequest.ts";
import { DEFAULT_QUALIFIER, parseName } from "../names.ts";
import { existing } from "../qualifier.ts";
import type { OperationRequest, Performed } from "../request.ts";
import {
  checkIfMatch,
  etagHeader,
  type Items,
  limitReached,
  missingOwner,
  type NamedResource,
  namedOwner,
  type Owner,
  ownerText,
  type ResourceChange,
  type ResourceHandler,
  type ResourceOperand,
  type Resources,
  readIfMatch,
  type StoredAlias,
  stamp,
} from "../resources.ts";
import type { ApiVersion } from "../versions.ts";
import { aliasItems, fc2AliasItems } from "./schema.ts";

/** The bodies of requests that write an alias, by generation of the API. */
export const aliasBodies = { fc2: bodiesOf(fc2AliasItems), fc3: bodiesOf(aliasItems) };

function bodiesOf(items: typeof fc2AliasItems | typeof aliasItems) {
  return { creation: itemsBody({ aliasName: nameSchema, ...items }), update: itemsBody(items) };
}

/** What a request gives of an alias. */
interface GivenAlias {
  readonly versionId: string | undefined;
  /** Without the version. */
  readonly items: Items;
}

function readAlias(
  request: OperationRequest,
  version: ApiVersion,
  kind: "creation" | "update",
): Result<GivenAlias & { readonly name: unknown }, ApiError> {
  const body = readJsonBody(request);
  if (!body.ok) return body;
  const given = parseItems(aliasBodies[version.hasServices ? "fc2" : "fc3"][kind], body.value);
  if (!given.ok) return given;
  const { aliasName: name, versionId, ...items } = given.value;
  return ok({ name, versionId: versionId === undefined ? undefined : String(versionId), items });
}

/**
 * Checks the versions that a request gives an alias. The versions that the alias had before may be gone. Errors:
 * VersionNotFound; InvalidArgument for a wrong weight.
 */
function checkVersions(
  owner: Owner,
  { versionId, items }: GivenAlias,
  resources: Resources,
): Result<undefined, ApiError> {
  const version = versionId ? existing(owner, versionId, resources) : ok(undefined);
  if (!version.ok) return version;
  const weights = Object.entries((items["additionalVersionWeight"] ?? {}) as Record<string, number>);
  if (weights.length > 1) return invalid("additionalVersionWeight", "an object with one version", {});
  for (const [weightedId] of weights) {
    const weighted = existing(owner, weightedId, resources);
    if (!weighted.ok) return weighted;
  }
  return ok(undefined);
}

/** What a response shows of items that were never given. */
const defaults = { description: "", additionalVersionWeight: null };
const fc2Defaults = {
  ...defaults,
  resolvePolicy: "Random",
  routePolicy: { condition: "", policyItems: [] },
};

/** An alias as a version's responses show it. */
export function renderAlias({ hasServices }: ApiVersion, { name, value }: NamedResource<StoredAlias>) {
  const { versionId, items, createdTime, lastModifiedTime } = value;
  return {
    aliasName: name,
    versionId,
    ...withDefaults(hasServices ? fc2Defaults : defaults, items),
    createdTime: rfc3339(createdTime),
    lastModifiedTime: rfc3339(lastModifiedTime),
  };
}

/** The answer to a request that writes an alias. */
function written(
  owner: Owner,
  name: string,
  given: GivenAlias,
  value: StoredAlias,
  { resources, version }: ResourceOperand,
): Performed<ResourceChange> {
  const versions = checkVersions(owner, given, resources);
  if (!versions.ok) return { outcome: versions };
  return {
    outcome: ok(renderAlias(version, { name, value })),
    headers: etagHeader(value),
    change: [{ kind: "alias", owner, name, value }],
  };
}

export interface CreateAlias extends GivenAlias {
  readonly operation: "CreateAlias";
  readonly named: { readonly qualifier: string };
  readonly versionId: string;
}

export const createAlias: ResourceHandler<CreateAlias> = {
  read(request, version) {
    const given = readAlias(request, version, "creation");
    if (!given.ok) return given;
    const { name: came, versionId, items } = given.value;
    const name = parseName("AliasName", String(came ?? ""), request.limits.nameLength);
    if (!name.ok) return name;
    if (name.value === DEFAULT_QUALIFIER) return invalid("aliasName", "another name than LATEST", name.value);
    if (!versionId) return failure("InvalidArgument", "versionId is required but not provided");
    return ok({ operation: "CreateAlias", named: { qualifier: name.value }, versionId, items });
  },

  perform({ named, versionId, items }, on) {
    const { resources, limits, now } = on;
    const owner = namedOwner(on.names);
    const missing = missingOwner(owner, resources);
    if (missing) return { outcome: missing };
    const name = named.qualifier;
    if (resources.alias(owner, name)) {
      return { outcome: failure("AliasAlreadyExists", name, ownerText(owner)) };
    }
    const most = limits.qualifiersPerFunction;
    if (resources.countOf("aliases", owner) >= most) {
      return { outcome: limitReached(ownerText(owner), most, "aliases") };
    }
    return written(
      owner,
      name,
      { versionId, items },
      { id: crypto.randomUUID(), versionId, items, ...stamp(now) },
      on,
    );
  },
};

/** The alias that a request names and If-Match allows. */
function aliasOf(
  { names, resources }: ResourceOperand,
  ifMatch: string | null,
): Result<StoredAlias, ApiError> {
  const owner = namedOwner(names);
  const missing = missingOwner(owner, resources);
  if (missing) return missing;
  const name = names.qualifier ?? "";
  const alias = resources.alias(owner, name);
  if (alias === undefined) return failure("AliasNotFound", name, ownerText(owner));
  const matches = checkIfMatch(ifMatch, alias);
  return matches.ok ? ok(alias) : matches;
}

export interface GetAlias {
  readonly operation: "GetAlias";
}

export const getAlias: ResourceHandler<GetAlias> = {
  read: () => ok({ operation: "GetAlias" }),

  perform(_, on) {
    const alias = aliasOf(on, null);
    if (!alias.ok) return { outcome: alias };
    const shown = renderAlias(on.version, { name: on.names.qualifier ?? "", value: alias.value });
    return { outcome: ok(shown), headers: etagHeader(alias.value) };
  },
};

export interface UpdateAlias extends GivenAlias {
  readonly operation: "UpdateAlias";
  readonly ifMatch: string | null;
}

export const updateAlias: ResourceHandler<UpdateAlias> = {
  read(request, version) {
    const given = readAlias(request, version, "update");
    if (!given.ok) return given;
    const { versionId, items } = given.value;
    return ok({ operation: "UpdateAlias", versionId, items, ifMatch: readIfMatch(request, version) });
  },

  perform({ versionId, items, ifMatch }, on) {
    const alias = aliasOf(on, ifMatch);
    if (!alias.ok) return { outcome: alias };
    const before = alias.value;
    const value = {
      id: before.id,
      versionId: versionId || before.versionId,
      items: { ...before.items, ...items },
      ...stamp(on.now, before),
    };
    return written(namedOwner(on.names), on.names.qualifier ?? "", { versionId, items }, value, on);
  },
};

export interface DeleteAlias {
  readonly operation: "DeleteAlias";
  readonly ifMatch: string | null;
}

export const deleteAlias: ResourceHandler<DeleteAlias> = {
  read: (request, version) => ok({ operation: "DeleteAlias", ifMatch: readIfMatch(request, version) }),

  perform({ ifMatch }, on) {
    const alias = aliasOf(on, ifMatch);
    if (!alias.ok) return { outcome: alias };
    const [owner, name] = [namedOwner(on.names), on.names.qualifier ?? ""];
    return { outcome: ok(undefined), change: [{ kind: "alias", owner, name, value: null }] };
  },
};

export interface ListAliases {
  readonly operation: "ListAliases";
  readonly list: ListRequest;
}

export const listAliases: ResourceHandler<ListAliases> = {
  read: listReader("ListAliases"),

  async perform({ list }, on) {
    const owner = namedOwner(on.names);
    const missing = missingOwner(owner, on.resources);
    if (missing) return { outcome: missing };
    const of = ["aliases", owner.service, owner.function];
    const page = await pageOfResources(list, of, on, (range) => on.resources.aliases(owner, range));
    if (!page.ok) return { outcome: page };
    const render = (alias: NamedResource<StoredAlias>) => renderAlias(on.version, alias);
    return { outcome: ok(renderList(on.version, "aliases", page.value, render)) };
  },
};
