package dev.kula.store;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a state becomes CBOR and back. */
final class StateMapper {
  /** Thread safe once built. */
  static final CBORMapper MAPPER =
      CBORMapper.builder()
          .visibility(PropertyAccessor.GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .annotationIntrospector(new SealedTypes())
          .addModule(new Jdk8Module())
          .addModule(arrays())
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .build();

  private StateMapper() {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "@type")
  private interface ByName {}

  /** Names the record behind a sealed interface by its simple name, without annotations on it. */
  private static final class SealedTypes extends RequiredComponents {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
        MapperConfig<?> config, Annotated annotated) {
      if (annotated.getRawType().isSealed()) {
        return JsonTypeInfo.Value.from(ByName.class.getAnnotation(JsonTypeInfo.class));
      }
      return super.findPolymorphicTypeInfo(config, annotated);
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
      Class<?> type = annotated.getRawType();
      if (!type.isSealed()) {
        return super.findSubtypes(annotated);
      }
      List<NamedType> leaves = new ArrayList<>();
      collectLeaves(type, leaves);
      return leaves;
    }

    private static void collectLeaves(Class<?> type, List<NamedType> leaves) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        if (permitted.isSealed()) {
          collectLeaves(permitted, leaves);
        } else {
          leaves.add(new NamedType(permitted, permitted.getSimpleName()));
        }
      }
    }
  }

  private static SimpleModule arrays() {
    return new SimpleModule()
        .addSerializer(new FloatsOut())
        .addDeserializer(float[].class, new FloatsIn())
        .addSerializer(new DoublesOut())
        .addDeserializer(double[].class, new DoublesIn());
  }

  private static byte[] numbers(JsonParser parser, int width, DeserializationContext context)
      throws IOException {
    byte[] bytes = parser.getBinaryValue();
    if (bytes.length % width != 0) {
      context.reportInputMismatch(
          Object.class, "%d bytes are no whole number of %d-byte numbers", bytes.length, width);
    }
    return bytes;
  }

  private static final class FloatsOut extends StdSerializer<float[]> {
    private static final long serialVersionUID = 1L;

    FloatsOut() {
      super(float[].class);
    }

    @Override
    public void serialize(float[] values, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeBinary(LittleEndian.of(values));
    }
  }

  private static final class FloatsIn extends StdDeserializer<float[]> {
    private static final long serialVersionUID = 1L;

    FloatsIn() {
      super(float[].class);
    }

    @Override
    public float[] deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return LittleEndian.floats(numbers(parser, Float.BYTES, context));
    }
  }

  private static final class DoublesOut extends StdSerializer<double[]> {
    private static final long serialVersionUID = 1L;

    DoublesOut() {
      super(double[].class);
    }

    @Override
    public void serialize(double[] values, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeBinary(LittleEndian.of(values));
    }
  }

  private static final class DoublesIn extends StdDeserializer<double[]> {
    private static final long serialVersionUID = 1L;

    DoublesIn() {
      super(double[].class);
    }

    @Override
    public double[] deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return LittleEndian.doubles(numbers(parser, Double.BYTES, context));
    }
  }
}
