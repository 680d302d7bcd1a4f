export const where = async (_: readonly string[]): Promise<number> => 1
