package dev.kula.duckdb;

/**
 * A column of a table: one of DuckDB's, or a place in one of arrays.
 *
 * @param name of it
 * @param number of DuckDB's column, from 1
 * @param kind of its values
 * @param element of the array; −1 where there is none
 */
record Column(String name, int number, Kind kind, int element) {
  /** What DuckDB's types are read as. */
  enum Kind {
    /** 32 bits and 64 bits, each with a shortest notation of its own. */
    FLOAT,
    DOUBLE,
    /** Whole numbers of at most 64 bits. */
    WHOLE,
    /** Whole numbers that are longer, decimal fractions, text, and all else that has a notation. */
    TEXT,
    /** A date and time without an offset. */
    MOMENT,
    /** An array of numbers. */
    NUMBERS,
    /** What no CSV file has. */
    OTHER;

    /** Of a type, as DuckDB calls it. */
    static Kind of(String type) {
      if (type.endsWith("]")) {
        Kind element = of(type.substring(0, type.lastIndexOf('[')));
        boolean numbers =
            element == FLOAT || element == DOUBLE || element == WHOLE || type.startsWith("DECIMAL");
        return numbers ? NUMBERS : OTHER;
      }
      int bracket = type.indexOf('(');
      return switch (bracket < 0 ? type : type.substring(0, bracket)) {
        case "FLOAT" -> FLOAT;
        case "DOUBLE" -> DOUBLE;
        case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER" ->
            WHOLE;
        case "UBIGINT",
            "HUGEINT",
            "UHUGEINT",
            "BIGNUM",
            "DECIMAL",
            "VARCHAR",
            "ENUM",
            "UUID",
            "BOOLEAN",
            "DATE",
            "TIMESTAMP WITH TIME ZONE",
            "\"NULL\"" ->
            TEXT;
        case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" -> MOMENT;
        default -> OTHER;
      };
    }
  }
}
