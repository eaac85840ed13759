/** The sandbox of requests that name no sandbox. */
export const DEFAULT_SANDBOX_ID = "default";

/** Who may control `default`: everyone, or whoever has the operator's token; with `off` there is no such sandbox. */
export const DEFAULT_SANDBOX_MODES = ["open", "protected", "off"] as const;
export type DefaultSandboxMode = (typeof DEFAULT_SANDBOX_MODES)[number];

/** Who may create sandboxes: everyone, or the operator and whoever has an invitation. */
export const CREATION_MODES = ["open", "invited"] as const;
export type CreationMode = (typeof CREATION_MODES)[number];

const ACCESS_KEY_PREFIX = "sbx-";
const LABEL_PATTERN = "[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?";

/** The characters of an id after its label. */
export const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
export const RANDOM_CHARACTERS = 16;
export const MAC_CHARACTERS = 10;

/** The pattern of a label: 1 to 32 lower-case letters, digits and inner hyphens. */
export const LABEL = new RegExp(`^${LABEL_PATTERN}$`);

// {label-}{80 random bits}{50 bits of MAC}. An id is a valid DNS label, in its characters and its length.
const ID = new RegExp(
  `^(?:(${LABEL_PATTERN})-)?([${BASE32}]{${RANDOM_CHARACTERS}})([${BASE32}]{${MAC_CHARACTERS}})$`,
);

/** Splits an id into its parts; undefined when the text does not have the form of an id. */
export function partsOf(
  id: string,
): { readonly label: string | undefined; readonly random: string; readonly mac: string } | undefined {
  const [, label, random, mac] = ID.exec(id) ?? [];
  return random === undefined || mac === undefined ? undefined : { label, random, mac };
}

/** The access key ID of a sandbox. */
export function accessKeyIdOf(id: string): string {
  return ACCESS_KEY_PREFIX + id;
}

/** The sandbox of an access key ID that this project issued; undefined for any other ID. */
export function sandboxOfAccessKey(accessKeyId: string | undefined): string | undefined {
  return accessKeyId?.startsWith(ACCESS_KEY_PREFIX) ? accessKeyId.slice(ACCESS_KEY_PREFIX.length) : undefined;
}
