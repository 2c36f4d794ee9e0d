package dev.kula.store;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import java.lang.reflect.RecordComponent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes {@code null} for a component of a record only where the component is {@link Nullable}. What
 * reads a record relies on that, and a file may hold anything.
 */
class RequiredComponents extends JacksonAnnotationIntrospector {
  private static final long serialVersionUID = 1L;

  @Override
  public JsonSetter.Value findSetterInfo(Annotated annotated) {
    return annotated instanceof AnnotatedParameter parameter && isRequired(parameter)
        ? JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL)
        : super.findSetterInfo(annotated);
  }

  private static boolean isRequired(AnnotatedParameter parameter) {
    Class<?> owner = parameter.getDeclaringClass();
    if (!owner.isRecord()) {
      return false;
    }
    RecordComponent component = owner.getRecordComponents()[parameter.getIndex()];
    // An empty Optional is written as null.
    return component.getType() != Optional.class
        && !component.getType().isPrimitive()
        && !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }
}
