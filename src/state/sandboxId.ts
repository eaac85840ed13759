/** The sandbox of every request that names none. */
export const DEFAULT_SANDBOX_ID = "default";

const ACCESS_KEY_PREFIX = "sbx-";
const LABEL_PATTERN = "[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?";

/** The characters of an id, past its label. */
export const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
export const RANDOM_CHARACTERS = 16;
export const MAC_CHARACTERS = 10;

/** What a label may be: letters, digits and inner hyphens, at most 32 of them. */
export const LABEL = new RegExp(`^${LABEL_PATTERN}$`);

// {label-}{80 random bits}{50 bits of MAC}: characters of a DNS label, and no more of them than one may have.
const ID = new RegExp(
  `^(?:(${LABEL_PATTERN})-)?([${BASE32}]{${RANDOM_CHARACTERS}})([${BASE32}]{${MAC_CHARACTERS}})$`,
);

/** The parts of an id; undefined when it has not the form of one. */
export function partsOf(
  id: string,
): { readonly label: string | undefined; readonly random: string; readonly mac: string } | undefined {
  const [, label, random, mac] = ID.exec(id) ?? [];
  return random === undefined || mac === undefined ? undefined : { label, random, mac };
}

/** The access key id that names a sandbox. */
export function accessKeyIdOf(id: string): string {
  return ACCESS_KEY_PREFIX + id;
}

/** The sandbox that an access key id of ours names; undefined for any other id. */
export function sandboxOfAccessKey(accessKeyId: string | undefined): string | undefined {
  return accessKeyId?.startsWith(ACCESS_KEY_PREFIX) ? accessKeyId.slice(ACCESS_KEY_PREFIX.length) : undefined;
}
