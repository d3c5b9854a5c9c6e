/**
 * JSON Schema says that a field may hold anything by naming no type, which the generator of the document cannot. It
 * gets this name, and the document drops it.
 */
export const ANY_TYPE = 'any';

/** For `@ApiProperty({ ...ANYTHING })`. The types of the generator do not know the name. */
export const ANYTHING = { type: ANY_TYPE } as unknown as { readonly type: ObjectConstructor };
