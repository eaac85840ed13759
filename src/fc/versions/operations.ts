import { ok } from "../../lib/result.ts";
import { rfc3339 } from "../../lib/time.ts";
import { parseItems, readJsonBody } from "../bodyItems.ts";
import { failure } from "../errors.ts";
import { description, itemsBody } from "../itemSchemas.ts";
import {
  type ListRequest,
  pageOfResources,
  parseDirection,
  parseListRequest,
  renderList,
} from "../listRequest.ts";
import { MAX_VERSION } from "../names.ts";
import { existing } from "../qualifier.ts";
import {
  checkIfMatch,
  type Direction,
  etagHeader,
  findOwner,
  limitReached,
  missingOwner,
  type NamedResource,
  namedOwner,
  ownerNotFound,
  ownerText,
  type ResourceHandler,
  type ResourceWrite,
  readIfMatch,
  type StoredFunction,
  type StoredService,
  type StoredVersion,
  stamp,
} from "../resources.ts";

/** The body of a request that publishes a version. */
export const publication = itemsBody({ description });

export interface PublishFunctionVersion {
  readonly operation: "PublishFunctionVersion";
  readonly description: string;
  readonly ifMatch: string | null;
}

export const publishFunctionVersion: ResourceHandler<PublishFunctionVersion> = {
  read(request, version) {
    const body = readJsonBody(request);
    if (!body.ok) return body;
    const given = parseItems(publication, body.value);
    if (!given.ok) return given;
    return ok({
      operation: "PublishFunctionVersion",
      description: String(given.value["description"] ?? ""),
      ifMatch: readIfMatch(request, version),
    });
  },

  perform({ description: text, ifMatch }, { names, resources, limits, now }) {
    const owner = namedOwner(names);
    const present = findOwner(owner, resources);
    if (present === undefined) return { outcome: ownerNotFound(owner) };
    const matches = checkIfMatch(ifMatch, present);
    if (!matches.ok) return { outcome: matches };
    if (!resources.hasChanged(owner)) return { outcome: failure("VersionPublishError", ownerText(owner)) };
    const most = limits.qualifiersPerFunction;
    if (resources.countOf("versions", owner) >= most) {
      return { outcome: limitReached(ownerText(owner), most, "versions") };
    }
    const number = present.lastVersion + 1;
    if (number > MAX_VERSION) return { outcome: limitReached(ownerText(owner), MAX_VERSION, "versions") };
    const published = { ...present, lastVersion: number };
    const version = { description: text, of: published, ...stamp(now) };
    return {
      outcome: ok(renderVersion({ name: String(number), value: version })),
      headers: etagHeader(version),
      change: [
        ownerWrite(owner, published),
        { kind: "version", owner, name: String(number), value: version },
      ],
    };
  },
};

function ownerWrite(
  owner: ReturnType<typeof namedOwner>,
  value: StoredService | StoredFunction,
): ResourceWrite {
  return owner.service
    ? { kind: "service", name: owner.service, value: value as StoredService }
    : { kind: "function", name: owner, value: value as StoredFunction };
}

/** A version as responses show it. */
export function renderVersion({ name, value }: NamedResource<StoredVersion>) {
  return {
    versionId: name,
    description: value.description,
    createdTime: rfc3339(value.createdTime),
    lastModifiedTime: rfc3339(value.lastModifiedTime),
  };
}

export interface DeleteFunctionVersion {
  readonly operation: "DeleteFunctionVersion";
}

export const deleteFunctionVersion: ResourceHandler<DeleteFunctionVersion> = {
  read: () => ok({ operation: "DeleteFunctionVersion" }),

  perform(_, { names, resources }) {
    const owner = namedOwner(names);
    const missing = missingOwner(owner, resources);
    if (missing) return { outcome: missing };
    const id = names.qualifier ?? "";
    const version = existing(owner, id, resources);
    if (!version.ok) return { outcome: version };
    return { outcome: ok(undefined), change: [{ kind: "version", owner, name: id, value: null }] };
  },
};

export interface ListFunctionVersions {
  readonly operation: "ListFunctionVersions";
  readonly list: ListRequest;
  readonly direction: Direction;
}

export const listFunctionVersions: ResourceHandler<ListFunctionVersions> = {
  read(request) {
    const list = parseListRequest(request);
    if (!list.ok) return list;
    const direction = parseDirection(request.query("direction"));
    return direction.ok
      ? ok({ operation: "ListFunctionVersions", list: list.value, direction: direction.value })
      : direction;
  },

  async perform({ list, direction }, on) {
    const owner = namedOwner(on.names);
    const missing = missingOwner(owner, on.resources);
    if (missing) return { outcome: missing };
    const of = ["versions", owner.service, owner.function, direction];
    const page = await pageOfResources(list, of, on, (range) =>
      on.resources.versions(owner, range, direction),
    );
    if (!page.ok) return { outcome: page };
    return { outcome: ok({ ...renderList(on.version, "versions", page.value, renderVersion), direction }) };
  },
};
