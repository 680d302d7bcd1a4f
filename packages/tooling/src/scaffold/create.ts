export const create = async (_: readonly string[]): Promise<number> => 1
