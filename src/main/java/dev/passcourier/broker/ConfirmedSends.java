package dev.passcourier.broker;

import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.ExceptionListener;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Connections on which a send returns when the broker has taken the message, also in a transaction. There Artemis' client
 * sends and goes on, and the broker does not spoil the transaction for every message that it refuses: one that a plugin of
 * its operator turns away is gone, and the commit says nothing.
 *
 * <p>The broker looks at the password again from time to time, so a connection that began with one that was changed since
 * then can do nothing more. It is reported to its listener as failed: the pool gives it up, and the next one signs in anew.
 */
final class ConfirmedSends {

    /**
     * The broker answers each send. A window above zero would also have it keep the sessions of a client that is gone, and
     * what that had in hand, until the connection's time to live is over.
     */
    private static final int ANSWER_EACH = 0;

    private ConfirmedSends() {}

    /**
     * Over a factory that nobody uses otherwise.
     *
     * @throws JMSException as {@code send} does if the broker refuses the message, or does not answer within the
     *     factory's call time-out
     */
    static ConnectionFactory over(ActiveMQConnectionFactory factory) {
        factory.setConfirmationWindowSize(ANSWER_EACH);
        return (ConnectionFactory) over(factory, null, factory.getCallTimeout());
    }

    private static Object over(Object target, @Nullable Connection owner, long patienceMillis) {
        return Proxy.newProxyInstance(
                ConfirmedSends.class.getClassLoader(),
                ClassUtils.getAllInterfaces(target),
                (proxy, method, arguments) -> {
                    if (method.getName().equals("equals")) {
                        return proxy == arguments[0];
                    }
                    try {
                        if (target instanceof MessageProducer producer && isUnconfirmedSend(method)) {
                            return send(producer, method, arguments, patienceMillis);
                        }
                        Object result = call(target, method, arguments);
                        Connection connection = result instanceof Connection made ? made : owner;
                        return isWatched(result) ? over(result, connection, patienceMillis) : result;
                    } catch (JMSException e) {
                        if (owner != null && BrokerFailure.isLogInRefused(e)) {
                            giveUp(owner, e);
                        }
                        throw e;
                    }
                });
    }

    private static void giveUp(Connection connection, JMSException refusal) throws JMSException {
        ExceptionListener listener = connection.getExceptionListener();
        if (listener != null) {
            listener.onException(refusal);
        }
    }

    private static boolean isWatched(@Nullable Object result) {
        return result instanceof Connection || result instanceof Session || result instanceof MessageProducer;
    }

    private static boolean isUnconfirmedSend(Method method) {
        return method.getName().equals("send")
                && !Arrays.asList(method.getParameterTypes()).contains(CompletionListener.class);
    }

    private static @Nullable Object send(
            MessageProducer producer, Method method, @Nullable Object[] arguments, long patienceMillis)
            throws Throwable {
        Confirmation confirmation = new Confirmation();
        Class<?>[] types = Arrays.copyOf(method.getParameterTypes(), arguments.length + 1);
        types[arguments.length] = CompletionListener.class;
        @Nullable Object[] more = Arrays.copyOf(arguments, arguments.length + 1);
        more[arguments.length] = confirmation;
        Object result = call(producer, MessageProducer.class.getMethod("send", types), more);
        confirmation.await(patienceMillis);
        return result;
    }

    private static @Nullable Object call(Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** The broker's answer to one send. */
    static final class Confirmation implements CompletionListener {

        private final CompletableFuture<Void> answered = new CompletableFuture<>();

        @Override
        public void onCompletion(Message message) {
            answered.complete(null);
        }

        @Override
        public void onException(Message message, Exception refusal) {
            answered.completeExceptionally(refusal);
        }

        /**
         * Waits for it.
         *
         * @throws JMSException why the broker refuses the message
         */
        void await(long millis) throws JMSException {
            try {
                answered.get(millis, TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof JMSException refusal ? refusal : because("refused", e.getCause());
            } catch (TimeoutException e) {
                throw because("not answered in time", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw because("interrupted", e);
            }
        }

        private static JMSException because(String what, Throwable cause) {
            JMSException failure = new JMSException(what);
            failure.initCause(cause);
            return failure;
        }
    }
}
