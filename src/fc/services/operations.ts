import { ok, type Result } from "../../lib/result.ts";
import { parseItems, readJsonBody } from "../bodyItems.ts";
import { type ApiError, failure } from "../errors.ts";
import { itemsBody, nameSchema } from "../itemSchemas.ts";
import { type ListRequest, listReader, pageOfResources, renderList } from "../listRequest.ts";
import { parseName } from "../names.ts";
import { versionNumber } from "../qualifier.ts";
import type { Performed } from "../request.ts";
import {
  checkIfMatch,
  etagHeader,
  heldBy,
  type Items,
  limitReached,
  type ResourceChange,
  type ResourceHandler,
  type ResourceOperand,
  readIfMatch,
  type StoredService,
  stamp,
} from "../resources.ts";
import { renderService } from "./render.ts";
import { serviceItems } from "./schema.ts";

export interface CreateService {
  readonly operation: "CreateService";
  readonly named: { readonly service: string };
  readonly items: Items;
}

/** The bodies of requests that write a service. */
export const serviceBodies = {
  creation: itemsBody({ serviceName: nameSchema, ...serviceItems }),
  update: itemsBody(serviceItems),
};

export const createService: ResourceHandler<CreateService> = {
  read(request) {
    const body = readJsonBody(request);
    if (!body.ok) return body;
    const given = parseItems(serviceBodies.creation, body.value);
    if (!given.ok) return given;
    const { serviceName, ...items } = given.value;
    const name = parseName("ServiceName", String(serviceName ?? ""), request.limits.nameLength);
    return name.ok ? ok({ operation: "CreateService", named: { service: name.value }, items }) : name;
  },

  perform({ named, items }, { resources, limits, now }) {
    const name = named.service;
    if (resources.service(name)) return { outcome: failure("ServiceAlreadyExists", name) };
    if (resources.count("services") >= limits.services) {
      return { outcome: limitReached("this sandbox", limits.services, "services") };
    }
    return written(name, { id: crypto.randomUUID(), items, lastVersion: 0, ...stamp(now) });
  },
};

/** The answer to a request that wrote a service. */
function written(name: string, service: StoredService): Performed<ResourceChange> {
  return {
    outcome: ok(renderService(name, service)),
    headers: etagHeader(service),
    change: [{ kind: "service", name, value: service }],
  };
}

export interface GetService {
  readonly operation: "GetService";
}

export const getService: ResourceHandler<GetService> = {
  read: () => ok({ operation: "GetService" }),

  perform(_, on) {
    const found = serviceOf(on);
    if (!found.ok) return { outcome: found };
    const name = on.names.service ?? "";
    return { outcome: ok(renderService(name, found.value)), headers: etagHeader(found.value) };
  },
};

/** The service that a request names and If-Match allows. */
function presentService(
  { names, resources }: ResourceOperand,
  ifMatch: string | null,
): Result<StoredService, ApiError> {
  const name = names.service ?? "";
  const found = resources.service(name);
  if (found === undefined) return failure("ServiceNotFound", name);
  const matches = checkIfMatch(ifMatch, found);
  return matches.ok ? ok(found) : matches;
}

/** The service that a request names, as the qualifier's version has it. */
function serviceOf(on: ResourceOperand): Result<StoredService, ApiError> {
  const { names, resources } = on;
  const present = presentService(on, null);
  if (!present.ok) return present;
  const owner = { service: names.service ?? "", function: "" };
  const version = versionNumber(owner, names.qualifier, resources);
  if (!version.ok) return version;
  if (version.value === undefined) return present;
  const picture = resources.version(owner, version.value);
  if (picture === undefined) return present;
  // Source: the tests of the vendor's SDKs for Python and PHP.
  return ok({ ...picture.of, items: { ...picture.of.items, description: picture.description } });
}

export interface UpdateService {
  readonly operation: "UpdateService";
  readonly items: Items;
  readonly ifMatch: string | null;
}

export const updateService: ResourceHandler<UpdateService> = {
  read(request, version) {
    const body = readJsonBody(request);
    if (!body.ok) return body;
    const items = parseItems(serviceBodies.update, body.value);
    return items.ok
      ? ok({ operation: "UpdateService", items: items.value, ifMatch: readIfMatch(request, version) })
      : items;
  },

  perform({ items, ifMatch }, on) {
    const found = presentService(on, ifMatch);
    if (!found.ok) return { outcome: found };
    const before = found.value;
    const after = { ...before, items: { ...before.items, ...items }, ...stamp(on.now, before) };
    return written(on.names.service ?? "", after);
  },
};

export interface DeleteService {
  readonly operation: "DeleteService";
  readonly ifMatch: string | null;
}

export const deleteService: ResourceHandler<DeleteService> = {
  read: (request, version) => ok({ operation: "DeleteService", ifMatch: readIfMatch(request, version) }),

  perform({ ifMatch }, on) {
    const found = presentService(on, ifMatch);
    if (!found.ok) return { outcome: found };
    const { names, resources } = on;
    const name = names.service ?? "";
    const owner = { service: name, function: "" };
    const first = { prefix: "", from: "", after: undefined, most: 1 };
    const holds =
      resources.functions(name, undefined, first).length > 0 ? "functions" : heldBy(owner, resources);
    if (holds) return { outcome: failure("ServiceNotEmpty", name, holds) };
    return { outcome: ok(undefined), change: [{ kind: "service", name, value: null }] };
  },
};

export interface ListServices {
  readonly operation: "ListServices";
  readonly list: ListRequest;
}

export const listServices: ResourceHandler<ListServices> = {
  read: listReader("ListServices"),

  async perform({ list }, on) {
    const page = await pageOfResources(list, ["services"], on, (range) => on.resources.services(range));
    if (!page.ok) return { outcome: page };
    const render = ({ name, value }: { readonly name: string; readonly value: StoredService }) =>
      renderService(name, value);
    return { outcome: ok(renderList(on.version, "services", page.value, render)) };
  },
};
