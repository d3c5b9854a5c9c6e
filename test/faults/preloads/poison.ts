// Loaded before a worker: an answer with the header `x-poison` makes it throw while it records the attempt, or ends it.
const trueStringify = JSON.stringify;

function poisonOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'x-poison' in value ? value['x-poison'] : undefined;
}

JSON.stringify = ((value: unknown, ...rest: []) => {
  const poison = poisonOf(value);
  if (poison === 'crash') {
    setImmediate(() => {
      throw new Error('A deadly answer');
    });
  }
  if (poison !== undefined) throw new Error('A poisonous answer');
  return trueStringify(value, ...rest);
}) as typeof JSON.stringify;
