package dev.kula.store;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kula.round.RunEvent;

/**
 * How Kula's records become JSON: component names as keys, in their order; {@code null} written
 * out; numbers that JSON lacks as the strings {@code "Infinity"}, {@code "-Infinity"} and {@code
 * "NaN"}, which are read back as numbers. Unknown keys are ignored, so that an older Kula reads
 * what a newer one of the same schema version adds.
 */
final class Json {
  /** Thread safe once built. */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .visibility(PropertyAccessor.GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .annotationIntrospector(new RequiredComponents())
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .addMixIn(RunEvent.class, EventNames.class)
          .addMixIn(RunEvent.Profiled.class, Profiled.class)
          .addMixIn(RunEvent.Compared.class, Compared.class)
          .addMixIn(RunEvent.Ordered.class, Ordered.class)
          .addMixIn(RunEvent.Settled.class, Settled.class)
          .addMixIn(RunEvent.Revoked.class, Revoked.class)
          .addMixIn(RunEvent.Changed.class, Changed.class)
          .addMixIn(RunEvent.AccountSpent.class, AccountSpent.class)
          .addMixIn(RunEvent.Ignored.class, Ignored.class)
          .addMixIn(RunEvent.Grouped.class, Grouped.class)
          .addMixIn(RunEvent.Reputations.class, Reputations.class)
          .addMixIn(RunEvent.Stopped.class, Stopped.class)
          .registerSubtypes(RunEvent.class.getPermittedSubclasses())
          .build();

  private Json() {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  private interface EventNames {}

  @JsonTypeName("profiled")
  private interface Profiled {}

  @JsonTypeName("compared")
  private interface Compared {}

  @JsonTypeName("ordered")
  private interface Ordered {}

  @JsonTypeName("settled")
  private interface Settled {}

  @JsonTypeName("changed")
  private interface Changed {}

  @JsonTypeName("revoked")
  private interface Revoked {}

  @JsonTypeName("account-spent")
  private interface AccountSpent {}

  @JsonTypeName("ignored")
  private interface Ignored {}

  @JsonTypeName("grouped")
  private interface Grouped {}

  @JsonTypeName("reputations")
  private interface Reputations {}

  @JsonTypeName("stopped")
  private interface Stopped {}
}
