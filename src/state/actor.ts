import * as z from "zod/mini";
import { roles } from "./roles.ts";

/** Who sent a request to the control plane, as far as its credentials tell. */
export const actorSchema = z.strictObject({
  role: z.enum(roles),
  /** Of a sandbox's token: how often that token had been rotated when it was made. */
  generation: z.optional(z.int()),
  /** Of an operator who logged in: the e-mail address, or the name of a service token. Of an invitation: its id. */
  name: z.optional(z.string()),
});

export type Actor = z.infer<typeof actorSchema>;
