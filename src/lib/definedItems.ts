/** The same items, each optional or undefined. */
export type Undefinable<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** An object's items without the undefined ones, which would overwrite other items in a spread. */
export function definedItems<T extends object>(items: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(items).filter(([, value]) => value !== undefined)) as never;
}
