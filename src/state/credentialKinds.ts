/** The roles of tokens: `control` may change a sandbox, `watch` may only read it. */
export const tokenRoles = ["control", "watch"] as const;
export type TokenRole = (typeof tokenRoles)[number];

/** What of a sandbox can be rotated. */
export const credentialKinds = ["accessKey", "controlToken", "watchToken"] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** How often each credential of a sandbox was rotated. */
export type Generations = { readonly [Kind in CredentialKind]: number };

export const FIRST_GENERATIONS: Generations = { accessKey: 0, controlToken: 0, watchToken: 0 };
