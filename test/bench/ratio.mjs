export const rowOf = (rows, engine) => rows.find((row) => row.engine === engine) ?? {};

export const ratio = (a, b) => (a == null || b == null || b === 0 ? null : Number((a / b).toFixed(3)));
