export const runLarge = () => {};
