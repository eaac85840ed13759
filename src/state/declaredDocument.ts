import type {
  NamedResource,
  Owner,
  Resources,
  StoredAlias,
  StoredFunction,
  StoredService,
  StoredVersion,
} from "../fc/resources.ts";
import { ALL } from "../fc/resources.ts";
import { rfc3339 } from "../lib/time.ts";
import type { Declared, DeclaredFunction, DeclaredQualifiers, DeclaredService } from "./declared.ts";

/** What a sandbox has, by names alone. */
export function declaredNames(resources: Resources): Declared {
  return documentOf(resources, {
    service: () => ({}),
    function: () => ({}),
    functionOfService: ({ name }) => name,
    version: (_, { name }) => name,
    alias: ({ name }) => name,
  });
}

/** What a sandbox has, with everything that is stored but the code. */
export function describeAll(resources: Resources): Declared {
  const describeNamedFunction = ({ name, value }: NamedResource<StoredFunction>) => ({
    name,
    ...describeFunction(value),
  });
  return documentOf(resources, {
    service: (service) => ({ ...describeService(service), lastVersion: service.lastVersion }),
    function: (it) => ({ ...describeFunction(it), lastVersion: it.lastVersion }),
    functionOfService: describeNamedFunction,
    version: (owner, { name, value }) => ({
      versionId: name,
      description: value.description,
      ...describeTimes(value),
      of: "code" in value.of ? describeFunction(value.of) : describeService(value.of),
      ...(owner.service
        ? { functions: resources.functions(owner.service, name, ALL).map(describeNamedFunction) }
        : {}),
    }),
    alias: ({ name, value }) => ({
      name,
      versionId: value.versionId,
      ...value.items,
      ...describeTimes(value),
    }),
  });
}

/** What a document says of each resource. */
interface Description {
  service(service: StoredService): object;
  function(it: StoredFunction): object;
  functionOfService(it: NamedResource<StoredFunction>): string | ({ readonly name: string } & object);
  version(
    owner: Owner,
    version: NamedResource<StoredVersion>,
  ): string | ({ readonly versionId: string } & object);
  alias(alias: NamedResource<StoredAlias>): string | ({ readonly name: string } & object);
}

function documentOf(resources: Resources, say: Description): Declared {
  const qualifiers = (owner: Owner): DeclaredQualifiers =>
    withoutEmpty({
      versions: resources.versions(owner, ALL, "FORWARD").map((version) => say.version(owner, version)),
      aliases: resources.aliases(owner, ALL).map((alias) => say.alias(alias)),
    });
  const services = resources.services(ALL).map(
    ({ name, value }): DeclaredService => ({
      name,
      ...say.service(value),
      ...withoutEmpty({
        functions: resources.functions(name, undefined, ALL).map((one) => say.functionOfService(one)),
      }),
      ...qualifiers({ service: name, function: "" }),
    }),
  );
  const functions = resources.functions("", undefined, ALL).map(
    ({ name, value }): DeclaredFunction => ({
      name,
      ...say.function(value),
      ...qualifiers({ service: "", function: name }),
    }),
  );
  // Its parts are of the schema: names, and items that were checked when they were stored.
  return withoutEmpty({ services, functions }) as Declared;
}

function withoutEmpty<T extends Readonly<Record<string, readonly unknown[]>>>(lists: T): Partial<T> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>;
}

function describeTimes({
  createdTime,
  lastModifiedTime,
}: StoredAlias | StoredVersion | StoredFunction | StoredService) {
  return { createdTime: rfc3339(createdTime), lastModifiedTime: rfc3339(lastModifiedTime) };
}

function describeService(service: StoredService) {
  return { serviceId: service.id, ...describeTimes(service), ...service.items };
}

function describeFunction(it: StoredFunction) {
  const { checksum, size, bucket } = it.code;
  return {
    functionId: it.id,
    ...describeTimes(it),
    ...it.items,
    codeChecksum: checksum,
    codeSize: size,
    ...(bucket ? { ossBucketName: bucket.name, ossObjectName: bucket.object } : {}),
  };
}
